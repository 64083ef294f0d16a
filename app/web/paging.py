"""Lists in pages."""


def page_count(total: int, a_page: int) -> int:
    """On how many pages so many rows stand; an empty list has one."""
    return max(1, -(-total // a_page))
