//! Files of cases: facts, a line with `=`, and what follows from them.

/// Checks every case of a file and shows the file as it would have to be.
pub(crate) fn check(file: &str, text: &str, found_in: impl Fn(&str) -> String) {
    let mut actual = String::new();
    for case in text.split("\n## ").map(|case| case.trim_start_matches("## ")) {
        let (told, _) = case.split_once("\n=").expect(case);
        let facts: String = told
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        actual.push_str(&format!("## {}\n=\n{}\n", told.trim_end(), found_in(&facts)));
    }
    if actual.trim() != text.trim() {
        let different =
            actual.lines().zip(text.lines()).find(|(a, b)| a != b).unwrap_or(("(length)", ""));
        panic!("{file} differs at\n  {}\n  {}\n<<<<\n{actual}>>>>", different.0, different.1);
    }
}
