"""Windows of time, above all on the days on which the clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import windows
from delivery.windows import Unreadable, Window, is_open, next_opening, window

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment such as `2026-03-29 01:30` in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("weekdays", [0, 1, 2, 3, 4]),
        ("weekends", [5, 6]),
        ("mon-thu", [0, 1, 2, 3]),
        ("monday,friday", [0, 4]),
        ("Mon - Thu", [0, 1, 2, 3]),
        ("TUES, thurs", [1, 3]),
        ("fri-mon", [4, 5, 6, 0]),
        ("sun", [6]),
        ("weekdays,sat", [0, 1, 2, 3, 4, 5]),
        ("mon-sun", [0, 1, 2, 3, 4, 5, 6]),
        ("mon,mon-tue", [0, 1]),
    ],
)
def test_days_are_read_in_every_spelling(text, days):
    assert list(windows.days(text)) == days


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10-20", list(range(10, 20))),
        ("5,6,7", [5, 6, 7]),
        ("0-24", list(range(24))),
        ("22-4", [22, 23, 24, 25, 26, 27]),
        ("22-0", [22, 23]),
        ("23", [23]),
        ("9 - 12, 14", [9, 10, 11, 14]),
        ("08-09", [8]),
    ],
)
def test_hours_are_read_and_those_after_midnight_belong_to_the_day_before(text, hours):
    assert list(windows.hours(text)) == hours


@pytest.mark.parametrize(
    ("read", "text", "what", "fix"),
    [
        (windows.days, "mon-fry", "has 'fry', which is no day", "did you mean 'friday'?"),
        (windows.days, "weekday", "has 'weekday', which is no day", "did you mean 'weekdays'?"),
        (windows.days, "mon,", "names no day", "write days such as weekdays, weekends, mon-thu, or monday,friday"),
        (windows.days, "weekdays-sat", "has 'weekdays', which is no day", "did you mean"),
        (windows.days, "1-5", "has '1', which is no day", "write days such as weekdays"),
        (windows.hours, "10-25", "has '10-25', and a day has the hours 0 to 23", "write 0-24 for the whole day"),
        (windows.hours, "24", "has '24', and a day has", "write 0-24"),
        (windows.hours, "9-9", "has '9-9', in which no time passes", "write 9 for one hour, or 0-24 for the whole day"),
        (windows.hours, "9:30-17", "has '9:30-17', which is no hour", "write hours such as 10-20, or 5,6,7"),
        (windows.hours, "٣", "has '٣', which is no hour", "write hours"),
        (windows.hours, "5,,7", "has '', which is no hour", "write hours"),
        (windows.zone, "Europe/Berln", "is no time zone", "did you mean 'Europe/Berlin'?"),
        (windows.zone, "../../etc/passwd", "is no time zone", "write an IANA zone"),
        (windows.zone, "tomorrow", "is no time zone", "write an IANA zone, such as Europe/Berlin or UTC"),
    ],
)
def test_what_is_no_window_is_refused_with_a_fix(read, text, what, fix):
    with pytest.raises(Unreadable) as wrong:
        read(text)
    assert what in wrong.value.what
    assert fix in wrong.value.fix


@pytest.mark.parametrize("text", ["europe/berlin", "EUROPE/BERLIN", "Europe/Berlin"])
def test_a_zone_may_be_written_in_any_case(text):
    assert windows.zone(text) == "Europe/Berlin"


def test_no_zone_at_all_is_utc():
    assert windows.zone("") == "UTC"


def test_a_range_closes_when_its_last_hour_begins():
    hours = (window("mon", "10-20", "UTC"),)
    assert not is_open(hours, at("2026-06-01 09:59:59.999999"))
    assert is_open(hours, at("2026-06-01 10:00"))
    assert is_open(hours, at("2026-06-01 19:59:59.999999"))
    assert not is_open(hours, at("2026-06-01 20:00"))


def test_a_night_belongs_to_the_day_on_which_it_began():
    friday_night = (window("fri", "22-4", "UTC"),)
    assert not is_open(friday_night, at("2026-06-05 03:00"))
    assert is_open(friday_night, at("2026-06-05 22:00"))
    assert is_open(friday_night, at("2026-06-06 03:59"))
    assert not is_open(friday_night, at("2026-06-06 04:00"))
    assert next_opening(friday_night, at("2026-06-05 03:00")) == at("2026-06-05 22:00")


def test_sunday_night_goes_on_into_monday():
    assert is_open((window("sun", "22-4", "UTC"),), MONDAY + timedelta(hours=3))


def test_the_hour_that_the_clocks_skip_never_comes_and_the_next_week_has_it():
    # Berlin goes from 02:00 to 03:00 on 29 March 2026
    hour = (window("sun", "2", "Europe/Berlin"),)
    assert next_opening(hour, at("2026-03-28 12:00")) == at("2026-04-05 00:00")
    assert not [minute for minute in range(120) if is_open(hour, at("2026-03-29 00:00") + timedelta(minutes=minute))]


def test_a_range_that_begins_in_a_skipped_hour_opens_when_the_clocks_have_been_changed():
    # New York goes from 02:00 to 03:00 on 8 March 2026, which is 07:00 UTC
    assert next_opening((window("sun", "2-6", "America/New_York"),), at("2026-03-08 00:00")) == at("2026-03-08 07:00")


def test_an_hour_that_comes_twice_is_open_both_times():
    # New York goes from 02:00 back to 01:00 on 1 November 2026, which is 06:00 UTC
    hour = (window("sun", "1", "America/New_York"),)
    assert is_open(hour, at("2026-11-01 05:00"))
    assert is_open(hour, at("2026-11-01 06:59"))
    assert not is_open(hour, at("2026-11-01 07:00"))
    assert next_opening(hour, at("2026-11-01 04:59:30")) == at("2026-11-01 05:00")
    assert next_opening(hour, at("2026-11-01 06:00")) == at("2026-11-01 06:00")


def test_a_window_that_closes_inside_the_repeated_hour_opens_again():
    # at 06:00 UTC it is 01:00 once more
    hour = (window("sun", "0", "America/New_York"),)
    assert is_open(hour, at("2026-11-01 04:30"))
    assert not is_open(hour, at("2026-11-01 05:30"))


def test_half_hour_zones_open_at_half_past():
    assert next_opening((window("mon", "10-20", "Asia/Kolkata"),), MONDAY) == at("2026-06-01 04:30")
    assert next_opening((window("mon", "10", "Asia/Kathmandu"),), MONDAY) == at("2026-06-01 04:15")


def test_a_zone_whose_clocks_move_by_half_an_hour():
    # Lord Howe goes from 02:00 (+10:30) to 02:30 (+11) on 4 October 2026, which is 15:30 UTC the day before
    hour = (window("sun", "2", "Australia/Lord_Howe"),)
    assert next_opening(hour, at("2026-10-03 12:00")) == at("2026-10-03 15:30")
    assert not is_open(hour, at("2026-10-03 16:00"))
    # and from 02:00 (+11) back to 01:30 (+10:30) on 5 April: the second half of the hour before comes twice
    before = (window("sun", "1", "Australia/Lord_Howe"),)
    assert is_open(before, at("2026-04-04 15:15"))
    assert not is_open(before, at("2026-04-04 15:30"))


def test_a_day_that_a_country_left_out_is_waited_for_a_week():
    # Samoa had no Friday 30 December 2011
    assert next_opening((window("fri", "0-24", "Pacific/Apia"),), at("2011-12-29 12:00")) == at("2012-01-05 10:00")


def test_of_several_windows_the_first_to_open_counts():
    several = (window("fri", "10-11", "UTC"), window("wed", "8", "UTC"))
    assert next_opening(several, MONDAY) == at("2026-06-03 08:00")


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]
WINDOWS = st.builds(
    Window,
    st.frozensets(st.sampled_from(list(product(range(7), range(24)))), min_size=1, max_size=40),
    st.sampled_from([*ZONES, "Africa/Casablanca", "Asia/Gaza", "America/Nuuk", "Antarctica/Troll"]),
    st.just(""),
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC is added


@given(st.lists(WINDOWS, min_size=1, max_size=3).map(tuple), MOMENTS, st.data())
def test_the_next_opening_is_open_and_nothing_before_it_is(some, now, data):
    opens = next_opening(some, now)
    assert opens is not None
    assert opens >= now
    assert is_open(some, opens)
    if opens > now:
        assert not is_open(some, opens - timedelta(microseconds=1))
        passed = (opens - now) * data.draw(st.floats(0, 1, exclude_max=True))
        assert not is_open(some, min(now + passed, opens - timedelta(microseconds=1)))


@given(WINDOWS, MOMENTS)
def test_what_is_open_now_opens_now(one, now):
    assert (next_opening((one,), now) == now) == is_open((one,), now)
