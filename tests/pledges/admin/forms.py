"""Open, fill in and send the admin's forms, and press their buttons, as a browser without scripts does."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse


def fields_of(html: str) -> dict[str, str]:
    """Read what a browser would send back from the page's forms, as far as it stands in inputs, texts and choices."""
    found = dict(re.findall(r'<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', html))
    found |= {name: text.lstrip("\n") for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)<', html)}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if not name.startswith("_")}


def open_form(browser: Client, row: Any) -> dict[str, str]:
    html = browser.get(address_of(row)).content.decode()
    return fields_of(html)


def address_of(row: Any) -> str:
    return reverse(f"admin:pledges_{row._meta.model_name}_change", args=[row.pk])


def send(browser: Client, address: str, typed: dict[str, Any], *, opened: str = "") -> Any:
    """Post a form with the token that its page has, or the page that was opened before."""
    browser.get(opened or address)
    token = browser.cookies["__Host-csrf"].value
    return browser.post(address, {**typed, "csrfmiddlewaretoken": token}, headers={"referer": "https://tracker.test/"})


def press(browser: Client, address: str, label: str, **typed: Any) -> Any:
    """Fill in the form that has this button on the page at the address, and press it: no page, no button."""
    html = browser.get(address).content.decode()
    forms = re.findall(r"<form\b.*?</form>", html, re.DOTALL)
    found = [(form, name) for form in forms if (name := _name_of_button(form, label)) is not None]
    assert found, f"The page has no button “{label}”."
    form, name = found[0]
    target = re.match(r'<form\b[^>]*? action="([^"]+)"', form)
    pressed = {name: "1"} if name else {}
    return browser.post(target[1] if target else address, fields_of(form) | typed | pressed)


def _name_of_button(form: str, label: str) -> str | None:
    """Give the name that a button of the form has, or an empty text; None if there is no such button."""
    buttons = re.findall(r"<button\b([^>]*)>([^<]+)</button>", form)
    buttons += re.findall(r'<input\b([^>]*type="submit"[^>]*value="([^"]+)"[^>]*)>', form)
    for tag, words in buttons:
        if words.strip() == label:
            name = re.search(r'\bname="([^"]+)"', tag)
            return name[1] if name else ""
    return None
