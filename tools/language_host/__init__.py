"""A stand-in for Pulumi's Python language host, used only where the official one is missing.

The engine starts `pulumi-language-python <engine address>`, reads a port from its standard output and calls the
gRPC service LanguageRuntime there: it asks for programs to be run, and for plugins and policy packs that are
written in Python. The official host is a Go program that is not published as a Go module, so it cannot be built
from one; this package does the same with the SDK's own protobuf modules.

    server      answers the engine, one method a call
    program     Run: starts a program with its stack, its config and its secrets
    runner      the process that holds the program; stands alone, runs in the program's own Python
    guard       ends a child whose host was killed; stands alone, too
    plugin      RunPlugin: starts a provider or a policy pack and relays what it prints
    analyzer    stands before a policy pack, which needs its stack and config before it starts
    interpreter which Python: the options `virtualenv` and `toolchain`
    children    processes that must not outlive the host
    engine      the engine's address, its messages to people, and whether it still lives
    protocol    the SDK's protobuf modules, without the SDK
"""
