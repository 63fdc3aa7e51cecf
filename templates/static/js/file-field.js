// A field for a file speaks Vietnamese, whatever the browser's own language is: the input lies, unseen, over words of ours,
// so that clicking, dropping and the keyboard go on working as they do without this script.

const EMPTY = "Chưa chọn tệp; bấm hoặc kéo tệp vào đây";

const part = (className, text) => {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  span.setAttribute("aria-hidden", "true");
  return span;
};

for (const input of document.querySelectorAll("input[type=file]")) {
  const field = document.createElement("div");
  field.className = "file-field";
  const name = part("file-name", EMPTY);
  const show = () => {
    name.textContent = [...input.files].map((file) => file.name).join(", ") || EMPTY;
  };
  input.replaceWith(field);
  field.append(part("button button-small", "Chọn tệp"), name, input);
  input.addEventListener("change", show);
  show(); // after a reload the browser may have kept the file
}
