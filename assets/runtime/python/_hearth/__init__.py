"""Hearth's Python runtime client: the Lambda contract for user code.

Standard library only; Python 3.9 and later.
"""
