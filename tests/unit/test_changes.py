import re

from delivery import changes
from delivery.bundles import Bundle
from delivery.changes import Kind
from delivery.desired import Desired
from delivery.differences import ABSENT
from delivery.instances import ApprovalBy
from delivery.structs import replace
from pvn import changed, comment
from tests.unit import made


def between(before, after):
    return changes.between(Desired(tuple(before)), Desired(tuple(after)))


def a(service="web", channel="production", **more):
    return made.candidate(channel, service=service, **more)


def test_what_is_equal_is_no_change():
    assert between([a()], [a()]) == changes.Changes(())


def test_a_new_version_of_the_same_objects_is_counted_and_changes_nothing():
    found = between([a(version="v1")], [a(version="v2")])
    assert (found.instances, found.renumbered) == ((), ("shop/production/web",))


def test_a_changed_field_needs_what_guards_its_channel():
    found = between([a()], [a(image="two")]).instances
    assert [(one.path, one.before, one.after) for one in found[0].objects[0].differences] == [("spec.image", "one", "two")]
    assert found[0].needs == ("staging stable at this version", "1 approval (manual)")
    assert found[0].needs_approval
    assert between([a(channel="staging")], [a(channel="staging", image="two")]).instances[0].needs == ()


def test_what_is_new_needs_it_too_and_what_is_removed_does_not():
    assert [(one.kind, one.needs_approval) for one in between([], [a()]).instances] == [(Kind.NEW, True)]
    assert [(one.kind, one.needs_approval) for one in between([a()], []).instances] == [(Kind.REMOVED, False)]


def test_a_gate_that_goes_is_told_and_needs_nobody():
    found = between([a()], [a(gates=(made.STABLE,))]).instances[0]
    assert (found.is_guarded_otherwise, found.needs, found.objects) == (True, (), ())


def test_more_approvers_is_another_gate():
    found = between([a()], [a(gates=(made.STABLE, ApprovalBy("manual", 2, made.HERE)))]).instances[0]
    assert [(one.before, one.after) for one in found.settings] == [
        ("1 approval (manual)", ABSENT),
        (ABSENT, "2 approvals (manual)"),
    ]


def test_another_runtime_is_a_change_even_where_the_objects_are_the_same():
    found = between([a()], [a(runtime="elsewhere")]).instances[0]
    assert [one.path for one in found.settings] == ["runtime"]
    assert found.needs_approval


def test_objects_in_another_order_need_approval_and_are_not_passed_over_in_silence():
    one = a()
    first, second = one.bundle.objects[0], {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    forth, back = (replace(one, bundle=Bundle("k", None, objects)) for objects in ((first, second), (second, first)))
    found = between([forth], [back]).instances[0]
    assert found.settings[0].is_order
    assert found.needs_approval


def test_the_same_object_at_another_api_version_is_changed_and_not_made_anew():
    one = a()
    other = replace(
        one, bundle=Bundle("k-production", "shop-production", ({**one.bundle.objects[0], "apiVersion": "apps/v2"},))
    )
    found = between([one], [other]).instances[0].objects
    assert [(it.kind, [field.path for field in it.differences]) for it in found] == [(Kind.CHANGED, ["apiVersion"])]


def many(count, image):
    return [a(f"service-{n:04}", channel, image=image(n)) for n in range(count) for channel in ("staging", "production")]


def test_identical_changes_are_told_once_whatever_the_services_are_called():
    found = between(many(212, lambda n: f"service-{n:04}:1"), many(212, lambda n: f"service-{n:04}:2"))
    [group] = changed.groups(found.instances)
    assert changed.headline(group) == "the same change in 212 services in staging, production"
    assert group.lines[1:] == ('-   spec.image: "<service>:1"', '+   spec.image: "<service>:2"')


def test_a_name_inside_a_longer_word_is_not_taken_for_the_service():
    [group] = changed.groups(between([a("a", image="banana a")], [a("a", image="banana b")]).instances)
    assert group.lines[1] == '-   spec.image: "banana a"'
    found = between([a("a", image="x"), a("b", image="x")], [a("a", image="cab a"), a("b", image="cab b")])
    assert changed.groups(found.instances)[0].lines[2] == '+   spec.image: "cab <service>"'


def said(found, commit="c" * 40):
    groups = changed.groups(found.instances)
    return comment.markdown(found, groups, commit), "\n".join(comment.text(found, groups, commit))


def test_the_comment_of_a_thousand_different_changes_stays_below_its_limit_and_the_full_text_has_them_all():
    short, full = said(between(many(1000, lambda n: "old"), many(1000, lambda n: f"new {n} {'✋' * n}")))
    assert len(short.encode()) < comment.LIMIT
    assert re.search(r"- and \d+ more, in the full text", short)
    assert re.search(r"\d+ more did not fit", short)
    assert set(re.findall(r"service-(\d{4}) of shop", full)) == {f"{n:04}" for n in range(1000)}


def test_one_change_that_is_larger_than_the_comment_leaves_room_for_the_others():
    short, full = said(between([a("big"), a("small")], [a("big", image="x" * 70_000), a("small", image="two")]))
    assert len(short.encode()) < comment.LIMIT
    assert '+   spec.image: "two"' in short
    assert "1 more did not fit; the full text has it." in short
    assert "x" * 70_000 in full


def test_nothing_that_a_manifest_says_gets_out_of_its_block_of_code():
    short, _ = said(between([a()], [a(image="```\n@everyone ![](https://example.com/x.png)\n````")]))
    opened = re.search(r"^(`{3,})diff$", short, re.MULTILINE)
    assert opened
    assert len(opened[1]) == 5
    body = short.split(opened[0])[1].split(f"\n{opened[1]}\n")
    assert "@everyone" in body[0]
    assert "@everyone" not in body[1]
