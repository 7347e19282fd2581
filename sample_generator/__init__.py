"""The seeded generator of the embedded sample: fictional companies and postings, shaped like the API's.

``python -m sample_generator`` writes the data file, ``python -m sample_generator --check`` verifies it.
"""
