"""The newsletter: who asked for what, and what was sent to them. It reads pledges and never writes them.

It is about people, not pledges: it can be erased or moved without touching the record.
"""
