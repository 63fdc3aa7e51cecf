"""What the machine refused – a file, a folder, a disk, a store of objects – in words with the remedy."""

import errno
import os

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_RIGHT = "không có quyền. Hãy xem quyền của tệp và của thư mục, hoặc chạy bằng tài khoản của dịch vụ."
_WORDS = {
    errno.ENOENT: "không có tệp hoặc thư mục này. Hãy xem lại đường dẫn.",
    errno.EACCES: NO_RIGHT,
    errno.EPERM: NO_RIGHT,
    errno.EROFS: "đĩa chỉ cho đọc. Hãy chọn nơi khác hoặc gắn lại đĩa.",
    errno.ENOSPC: "đĩa đã đầy. Hãy giải phóng chỗ trống rồi làm lại.",
    errno.EDQUOT: "đã hết phần đĩa được dùng. Hãy giải phóng chỗ trống rồi làm lại.",
    errno.EISDIR: "đây là thư mục, không phải là tệp. Hãy nêu tên tệp.",
    errno.ENOTDIR: "một phần của đường dẫn không phải là thư mục. Hãy xem lại đường dẫn.",
    errno.EEXIST: "tên này đã có. Hãy chọn tên khác.",
    errno.ETXTBSY: "tệp đang được dùng. Hãy dừng chương trình đang dùng rồi làm lại.",
}
_OTHERWISE = "máy không đọc hoặc ghi được ({what}). Hãy xem đường dẫn, quyền và chỗ trống của đĩa rồi làm lại."
_STORE_OF_OBJECTS = ("botocore", "boto3", "s3transfer")


def of_file(error: OSError) -> str:
    """What is wrong and what to do, without the name of the file: "đĩa đã đầy. Hãy …"."""
    return _WORDS.get(error.errno or 0, _OTHERWISE.format(what=error.strerror or type(error).__name__))


def with_name(error: OSError) -> str:
    """The same with the file's name before it, where the fault has one."""
    words = of_file(error)
    if isinstance(error.filename, str | os.PathLike):
        return f"«{os.fspath(error.filename)}»: {words}"
    return words[:1].upper() + words[1:]


FULL_DATABASE = (
    "Đĩa chứa cơ sở dữ liệu đã đầy, nên việc này chưa được ghi. Hãy báo người quản trị giải phóng chỗ trống."
)
_PG_DISK_FULL = "53100"
_SQLITE_FULL = "disk is full"


def is_full(error: BaseException | None) -> bool:
    """Whether a database has said that its disk is full: SQLite in words, PostgreSQL's driver by a code."""
    return _SQLITE_FULL in str(error) or getattr(getattr(error, "__cause__", None), "pgcode", None) == _PG_DISK_FULL


def of_storage(error: BaseException | None) -> str:
    """For those who use the pages; empty where the fault is not one of the disk or of the store of objects."""
    if type(error).__module__.partition(".")[0] in _STORE_OF_OBJECTS:
        return "Kho tệp không trả lời, nên việc này chưa được ghi. Hãy thử lại sau ít phút hoặc báo người quản trị."
    if not isinstance(error, OSError) or error.errno is None:
        return ""
    if error.errno in FULL:
        return "Đĩa của máy chủ đã đầy, nên việc này chưa được ghi. Hãy báo người quản trị giải phóng chỗ trống."
    return "Máy chủ không đọc hoặc ghi được tệp, nên việc này chưa được ghi. Hãy báo người quản trị."
