"""Runtimes and registries that exist already: the program uses them and never changes them."""
