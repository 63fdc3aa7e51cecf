"""What to do about a refusal that says only what is wrong: on a screen the cell is at hand, in a file it is not."""

import re
from collections.abc import Sequence

_ALL: Sequence[tuple[str, str]] = (
    (r"không (thuộc|tham gia) kế hoạch", "Ghi khóa của chính kế hoạch năm này như trong tệp mẫu, hoặc bỏ dòng này."),
    (r"gửi hai lần", "Bỏ bớt một trong hai dòng cùng đơn vị và chỉ tiêu."),
    (r"thì để trống số người", "Xóa số người, hoặc xóa chữ «có» ở cột «Không có nhu cầu»."),
    (r"vừa sửa ô này", "Tải tệp mẫu mới để có số hiện tại rồi sửa trên tệp ấy."),
    (r"vừa được người khác (xóa|bỏ)", "Bỏ dòng này khỏi tệp, hoặc tải tệp mẫu mới."),
    (r"không thuộc đơn vị đang đăng ký", "Bỏ dòng này: mỗi đơn vị chỉ ghi số của mình."),
    (r"cần ghi lý do", "Sửa ô này trên trang «Phân bổ», ở đó có chỗ ghi lý do."),
    (r"đã có trong danh sách", "Bỏ dòng này, hoặc ghi một cán bộ khác."),
    (r"chưa được phân bổ", "Phân bổ chỉ tiêu cho đơn vị trước, rồi nhập lại dòng này."),
    (r"đang ở bước", "Bỏ dòng này khỏi tệp, hoặc trả kế hoạch về bước trước rồi nhập lại."),
    (r"Đăng ký đang ở trạng thái", "Đề nghị Ban Tổ chức Tỉnh ủy trả lại bản đăng ký rồi nhập lại."),
    (r"Đợt đăng ký mở lúc", "Chờ đến lúc mở đăng ký rồi nhập lại."),
    (r"Gia hạn không gồm", "Bỏ dòng này, hoặc đề nghị Ban Tổ chức Tỉnh ủy gia hạn cho chương trình này."),
    (r"chỉ trả lại các ô được đánh dấu", "Bỏ dòng này, chỉ giữ các ô được đánh dấu."),
    (r"^(Chỉ (?!gồm)|Tài khoản của bạn)", "Nhờ người có quyền ấy nhập tệp này, hoặc bỏ dòng này."),
    (r"^Bạn đã (gửi|nhập)", "Nhờ một người khác của Ban làm việc này."),
    (r"Chưa ghi khóa", "Ghi khóa của đơn vị và của chỉ tiêu như trong tệp mẫu."),
    (r"Khóa nội bộ chỉ gồm", "Ghi như ví dụ «huyen-uy-binh-son»."),
    (r"Cột này không thuộc phụ lục", "Ghi số thứ tự một cột của đúng phụ lục ấy, hoặc để trống cả hai ô."),
    (r"không có trong lịch", "Ghi một ngày có thật, ví dụ 05/12/1984; nếu chỉ biết năm thì ghi năm."),
    (r"^(Ngày|Hạn) .*(phải sau|không được trước)", "Ghi ngày sau lớn hơn ngày trước, hoặc để trống ngày sau."),
    (r"^Thừa số từ", "Ghi một số nguyên từ 1 đến 1.000.000."),
    (r"^Thành tiền", "Tính lại thành tiền, hoặc để trống ô ấy để phần mềm tính."),
    (r"^Một buổi giảng", "Ghi một số nguyên từ 1 đến 12."),
    (r"^Mức chi theo hóa đơn", "Xóa mức chi, hoặc ghi số phù hợp với loại mức chi ở cùng dòng."),
    (r"^Tỷ lệ phần trăm", "Điền hoặc xóa ô «tỷ lệ tính trên» cho hợp với loại mức chi ở cùng dòng."),
    (r"^Chỉ có khoản tính theo tỷ lệ", "Thêm dòng dự toán có mức chi bằng tiền để tính tỷ lệ trên đó."),
    (r"trọn gói từ 1 đồng", "Ghi số tiền lớn hơn 0, hoặc bỏ dòng này."),
    (r"^Bảng kinh phí đã quá dài", "Bỏ bớt dòng kinh phí không dùng, rồi nhập lại."),
    (r"^Số giữ lại không quá", "Giảm số giữ lại, hoặc tăng số lượng."),
    (r"chính nó", "Ghi khóa của một đơn vị khác, hoặc để trống."),
    (r"^Không xóa được", "Sửa hoặc xóa những nơi đang dùng trước."),
    (r": nhập ít nhất|: giảm nó", "Ghi số như đã nêu, hoặc giảm số của chỉ tiêu con trước."),
    (r"không có dòng nào|chỉ có dòng tiêu đề", "Điền các dòng dưới tiêu đề của tệp mẫu rồi nhập lại."),
    (r"ràng buộc của cơ sở dữ liệu", "Kiểm tra các khóa và thứ tự của dòng này."),
)
_KNOWN = tuple((re.compile(pattern), remedy) for pattern, remedy in _ALL)


def remedy_of(reason: str) -> str:
    """The way out of a reason that names none; empty where it is not known."""
    return next((remedy for pattern, remedy in _KNOWN if pattern.search(reason)), "")
