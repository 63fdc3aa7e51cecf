"""Who can be a cadre: the one rule of ages for forms and files."""

YOUNGEST, OLDEST = 18, 100


def age_fault(born: int, year: int) -> str:
    """Why somebody born in that year is nobody to send in a plan's year, in words; empty when nothing is wrong."""
    if born > year:
        return f"Năm sinh {born} còn ở phía trước, sau năm {year} của kế hoạch. Kiểm tra rồi nhập lại."
    if not YOUNGEST <= year - born <= OLDEST:
        return (
            f"Sinh năm {born} thì năm {year} là {year - born} tuổi. "
            f"Cán bộ phải từ {YOUNGEST} đến {OLDEST} tuổi; kiểm tra rồi nhập lại."
        )
    return ""
