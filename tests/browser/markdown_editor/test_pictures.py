"""Pictures that are put into a text in a browser."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.markdown_editor.trial import ON_TRIAL
from tests.pledges.drawings import draw, encode

pytestmark = ON_TRIAL


def picture(name: str = "lemons.png") -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": encode(draw(size=(40, 30)), "PNG")}


def choose(form: Page, file: FilePayload) -> None:
    """Choose a picture by the keyboard alone."""
    with form.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Add a picture").first.press("Enter")
    chooser.value.set_files(file)


def test_a_picture_is_put_into_the_text_and_shown(
    form: Page, background: Locator, preview: Locator, complaints: list[str]
) -> None:
    background.evaluate("box => { box.focus(); box.setSelectionRange(6, 6); }")

    choose(form, picture())

    expect(background).to_have_value(
        re.compile(r"^Lemons!\[describe the picture\]\(/media/[0-9a-f]{32}\.png\) are \*sour\*\.$")
    )
    expect(form.get_by_role("status").first).to_contain_text("The picture is in the text.")
    shown = preview.get_by_role("img", name="describe the picture")
    expect(shown).to_have_js_property("naturalWidth", 40)
    assert complaints == []


def test_the_words_for_a_picture_are_ready_to_be_replaced(form: Page, background: Locator, preview: Locator) -> None:
    choose(form, picture())
    expect(background).to_be_focused()

    form.keyboard.type("A cart of lemons")

    expect(preview.get_by_role("img", name="A cart of lemons")).to_be_visible()
    expect(background).to_have_value(re.compile(r"!\[A cart of lemons\]\(/media/"))


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_may_be_dropped_or_pasted(event: str, background: Locator, preview: Locator) -> None:
    bring = """(box, [type, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "x.png", {type: "image/png"}));
        const options = {bubbles: true, cancelable: true};
        box.dispatchEvent(type === "drop" ? new DragEvent(type, {...options, dataTransfer: data})
                                          : new ClipboardEvent(type, {...options, clipboardData: data}));
    }"""

    background.evaluate(bring, [event, list(picture()["buffer"])])

    expect(preview.get_by_role("img")).to_have_js_property("naturalWidth", 40)


def test_a_refused_picture_says_why_and_changes_nothing(form: Page, background: Locator) -> None:
    choose(form, {"name": "x.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"})

    expect(form.get_by_role("status").first).to_have_text("Use a JPEG, PNG, WebP or GIF picture.")
    expect(background).to_have_value("Lemons are *sour*.")


def test_a_picture_of_9_megabytes_is_refused_in_words(form: Page, background: Locator) -> None:
    choose(form, {"name": "x.png", "mimeType": "image/png", "buffer": b"\0" * 9_000_000})

    expect(form.get_by_role("status").first).to_have_text("This picture is larger than 8 MB.")
    expect(background).to_have_value("Lemons are *sour*.")
