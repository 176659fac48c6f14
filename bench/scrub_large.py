"""The benchmark `scrub` with 10,000,000 rows: it takes long, and 8 GB of disk, so it is run only when it is named."""

import scrub


def run(socket, quick):
    yield from scrub.run(socket, False, {100_000: 2} if quick else scrub.LARGE)
