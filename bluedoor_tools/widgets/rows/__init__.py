"""Where a view's rows come from, and the query that asks for them: a DataFrame's, or those that a client finds."""
