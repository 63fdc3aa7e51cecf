"""How much of a file is read at most, and what is said of one that is larger."""

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_GIVEN = 32 * 1024 * 1024
"""What a child takes in: a file, and what else it is told."""
LARGEST_INFLATED = 64 * 1024 * 1024
MOST_ENTRIES = 500
MOST_SHEETS = 50
MOST_ROWS, MOST_COLUMNS = 20_000, 200
LAST_ROW = MOST_ROWS + 100
"""The heads of a table stand above its rows."""
MOST_CELLS = 400_000
MOST_COUNTED = 1_000_000
"""Of anything that a part says how many it has."""
LARGEST_AREA = 1_000_000
"""The cells of a sheet from the first to the last, empty ones included: they take memory too."""
MOST_MERGES = 20_000
MOST_STYLES = 65_500
LONGEST_TEXT = 32_767
LARGEST_TEXT = 8_000_000
"""Letters of all cells together: one long text may stand in every cell of a small file."""
DEEPEST = 60

MEMORY = 384 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 40
LARGEST_REPLY = 48 * 1024 * 1024
AT_ONCE = 2
WAIT_SECONDS = 10

SAVE_AGAIN = "Mở bằng Excel, lưu lại thành .xlsx rồi nhập lại."
BROKEN = f"bị hỏng, không đọc được. {SAVE_AGAIN}"
WORDY = "chứa quá nhiều chữ. Chia thành nhiều tệp rồi nhập từng tệp."
DEAD = f"quá lớn hoặc bị hỏng, không đọc được. {SAVE_AGAIN}"
SUSPICIOUS = f"giải nén ra quá lớn nên không được đọc. {SAVE_AGAIN}"
