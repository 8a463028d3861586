"""The programs the project runs besides Python: found on PATH where they are good, built from Go modules where not.

`python -m tools.toolchain` makes them all ready and collects them in `.venv/toolchain/bin`. It needs nothing but
Python's own library, because it runs before anything is installed.

    pins      what is wanted: pins.toml and the locked modules
    found     what is on PATH, and whether it is good
    choices   where each tool comes from: PATH, a build, or the tool that brings it
    cache     where built tools are kept
    builds    building what is missing, into the cache
    go        the Go compiler, and how it is called
    lock      one set-up at a time
    progress  what a person sees meanwhile
    links     the checkout's own folder of tools
    memory    what the last set-up found, so that the next one is quick
    locks     writing modules/*/go.mod and go.sum anew
    ready     all of it, in order

The steps import nothing of the project, and each raises Trouble with place, problem and fix.
"""
