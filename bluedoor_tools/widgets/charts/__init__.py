"""Charts that work alone or linked to an explorer: counts, flows, and the lives of postings."""
