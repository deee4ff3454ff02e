"""Where a router of the lab differs from the others and from Anemone by its own doing, each with its reason.

mixed-known.json is a list; an entry names routers, and the LSAs or the routes that it is about: only these are
let pass, and how often is counted and printed. `at` limits it to the stages whose names it begins.
"""

import json
import pathlib


class Known:
    def __init__(self, path):
        self.entries = json.loads(pathlib.Path(path).read_text())
        self.met = [0] * len(self.entries)
        self.stage = ""

    def lsa(self, router, key):
        """Whether a difference in this LSA of this router's database is explained: which entry does, or None."""
        area, kind, name, by = key
        return self.explanation(router, "lsa", {"area": area, "type": kind, "id": name, "router": by})

    def route(self, router, prefix):
        return self.explanation(router, "route", {"prefix": prefix})

    def explanation(self, router, about, what):
        for number, entry in enumerate(self.entries):
            wanted = entry.get(about)
            if (wanted is not None and router in entry["routers"] and self.stage.startswith(entry.get("at", ""))
                    and all(what[word] in (value if isinstance(value, list) else [value]) for word, value in wanted.items())):
                return number
        return None

    def explains(self, number):
        """Counts that an entry was needed."""
        if number is not None:
            self.met[number] += 1
        return number is not None
