"""Where data comes from: the API (`api`) or a local store (`store`), behind one protocol (`base`)."""
