"""The first contact kit: what the contract assumes, asked of the real API in a few polite requests.

``make live`` runs it (`test_live.py`; the address is BLUEDOOR_API_URL, or the API's own), keyless. It writes a report
and the scrubbed answers into a folder, and fails where an answer contradicts the contract. Rooms: `asking` (requests,
recorded), `scrubbing` (answers fit to keep), `findings` (what is to be found out), `readings` (what a filter may mean,
and which meanings an answer leaves), `filters`, `events`, `records`, `limits` (the probes), `probes` (all of them),
`report`.
"""
