//! HTML entities that an extractor left in the text: `&nbsp;`, `&quot;`, `&#8217;`.

use std::borrow::Cow;

/// Longest entity that is looked for, from `&` to `;`, in bytes.
const LONGEST: usize = 12;

/// The character that the entity at the start of `bytes` stands for, and the entity's length in bytes.
pub(super) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let window = &bytes[..bytes.len().min(LONGEST)];
    let end = memchr::memchr(b';', window)?;
    let name = std::str::from_utf8(window.get(1..end)?).ok()?;
    let c = match name.strip_prefix('#') {
        Some(number) => char::from_u32(match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        })?,
        None => named(name)?,
    };
    Some((c, end + 1))
}

/// The text with every known entity replaced.
pub(super) fn decode_all(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        let (c, len) = decode(&rest.as_bytes()[at..]).unwrap_or(('&', 1));
        decoded.push(c);
        rest = &rest[at + len..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn named(name: &str) -> Option<char> {
    let mut buffer = [0; LONGEST + 1];
    let full = buffer.get_mut(..name.len() + 2)?;
    full[0] = b'&';
    full[1..=name.len()].copy_from_slice(name.as_bytes());
    full[name.len() + 1] = b';';
    let text = std::str::from_utf8(full).ok()?;
    let decoded = html_escape::decode_html_entities(text);
    let mut chars = decoded.chars();
    let c = chars.next()?;
    (c != '&' || decoded.len() == 1).then_some(c).filter(|_| chars.next().is_none())
}
