"""The seeded generator of the embedded sample: fictional companies and postings in the shape of the API's answers.

Run ``python -m sample_generator`` to write the data file, ``python -m sample_generator --check`` to verify it.
"""
