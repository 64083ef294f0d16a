"""How long filling the seats of a forum takes: `python -m bench.selection`.

Prints the fastest of several fillings per number of applicants, for a thousand seats with the quotas of a city. The fewer apply, the
tighter the quotas and the longer the search.
"""

import random
import time

from app.registration.models import ApplicationState
from app.registration.selection import Bound, Candidate, fill

SIZES = (1_250, 2_500, 5_000, 10_000)
ROUNDS = 5
CITY = [
    Bound("gender=female", 340, 600),
    Bound("age_group=child", 60),
    Bound("age_group=youth", 200, 400),
    Bound("disability=yes", 60),
    *(Bound(f"element={n}", 60, 120) for n in range(6)),
]
"""Quotas of a city's forum with a thousand seats."""
SEATS = {"online": 700, "a": 100, "b": 100, "c": 100}


def crowd(count: int, seed: int) -> list[Candidate]:
    """People like those of a city: a third women, few young, few disabled, twelve elements, four places."""
    dice = random.Random(seed)
    people = []
    for n in range(count):
        traits = {f"element={dice.randrange(12)}", f"age_group={dice.choices(['child', 'youth', 'adult'], [3, 20, 77])[0]}"}
        traits |= {"gender=female"} if dice.random() < 0.3 else {"gender=male"}
        traits |= {"disability=yes"} if dice.random() < 0.03 else set()
        people.append(Candidate(f"p{n}", n, ApplicationState.SUBMITTED, dice.choice(["online", "a", "b", "c"]), frozenset(traits)))
    return people


def main() -> None:
    """Print one line per size."""
    print("applicants   CPU ms   µs an applicant")
    for size in SIZES:
        people, spent = crowd(size, 1), []
        for _ in range(ROUNDS):
            began = time.process_time()
            fill(people, CITY, SEATS)
            spent.append(time.process_time() - began)
        each = min(spent) / size * 1e6
        print(f"{size:10}   {min(spent) * 1e3:6.0f}   {each:15.0f}")


if __name__ == "__main__":
    main()
