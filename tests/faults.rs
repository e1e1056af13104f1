//! A short run of `tests/faults.sh`, which says what it tests; `tests/faults.sh UNECHO long` is the long one.

use std::io::Write;
use std::process::Command;

#[cfg(target_os = "linux")]
#[test]
fn no_fault_tears_an_output_or_passes_for_success() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults.sh");
    let output = Command::new("bash").arg(script).arg(env!("CARGO_BIN_EXE_unecho")).output().expect("bash runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Under --nocapture the figures are shown, and what was skipped.
    let _ = std::io::stderr().write_all(said.as_bytes());
    // 77: strace is not there, which the script says.
    assert!(matches!(output.status.code(), Some(0 | 77)), "{said}");
    assert!(said.contains("points: ") || said.contains("skipped: "), "{said}");
}
