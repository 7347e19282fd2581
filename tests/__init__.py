"""The tests, and the stand-in for the API that they ask (`tests.api_face`)."""
