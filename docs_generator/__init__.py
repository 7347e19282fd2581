"""Writes the documentation pages that are made from the code: coverage, columns, contract, errors.

``python -m docs_generator`` writes them into ``docs/``, ``--check`` compares.
"""
