"""Classical inventory theory: exact solutions that the engine and its policies are judged by.

Every function states its symbols, equation and source, and runs a published example as doctest.
"""
