//! Files that are wrong: refused as a whole, with the place.

use std::io::Read;

use super::*;

#[test]
fn bad_files_are_refused_with_their_place() {
    let check = |format: Format, bytes: &[u8], expected: &str| {
        let error = parse(format, bytes).unwrap_err().to_string();
        assert!(error.starts_with("file") && error.contains(expected), "{format}: {error}");
    };
    let cut = |text: &str, at: &str| {
        let end = text.find(at).unwrap() + at.len();
        text.as_bytes()[..end].to_vec()
    };
    use Format::{
        Addresses, Etherscan, OpenSanctions, Own, SdnAdvanced, SdnComments, SdnCsv, SdnEnhanced,
        TagPack,
    };
    // Cut off.
    check(SdnEnhanced, &cut(&enhanced(), "</features></entity>"), "2 elements are still open");
    check(SdnEnhanced, &cut(&enhanced(), "<sanctionsPrograms"), "byte");
    check(SdnAdvanced, &cut(&advanced(), "<DistinctParties>"), "cut off");
    check(SdnCsv, &cut(&sdn_csv(), "Website"), "line 2: a double quote opens a field");
    check(SdnCsv, &cut(&sdn_csv(), "\"CYBER2\""), "line 2: the row has 4 fields");
    check(SdnComments, &cut(&sdn_comments(), "Linked"), "line 1: a double quote opens");
    check(Etherscan, &cut(&etherscan(), "heist"), "line 3: the file is cut off");
    check(OpenSanctions, &cut(&open_sanctions(), "LAZARUS"), "line 5: not well-formed JSON");
    check(TagPack, b"title: TEST\n", "not a TagPack");
    check(TagPack, b"title: 'TEST", "line 1: not well-formed YAML");
    // Malformed.
    check(SdnEnhanced, b"<sanctionsData><a></b></sanctionsData>", "byte 22: not well-formed XML");
    check(SdnEnhanced, b"<sanctionsData/><sanctionsData/>", "only one `sanctionsData`");
    check(SdnEnhanced, b"<html></html>", "an element `html`");
    check(SdnEnhanced, b"", "there is no element");
    check(SdnEnhanced, b"<sanctionsData></sanctionsData>", "not one entry");
    check(SdnEnhanced, b"<sanctionsData><publicationInfo><dataAsOf>today</dataAsOf></publicationInfo></sanctionsData>", "`today` is not a day");
    check(SdnAdvanced, b"<Sanctions><DateOfIssue><Year>2020</Year><Month>13</Month><Day>1</Day></DateOfIssue></Sanctions>", "DateOfIssue");
    check(SdnCsv, b"x,\"a\",,,,,,,,,,\n", "line 1: `x` is not the number of an entry");
    check(SdnCsv, b"1,\"a\"b,,,,,,,,,,\n", "line 1: text between a closing quote");
    check(TagPack, b"tags:\n- 5\n", "line 2: not a TagPack");
    check(TagPack, b"tags: []\ntags: []\n", "line 2: the key `tags` is there twice");
    check(TagPack, b"title: a\ntitle: b\ntags: []\n", "line 2: the key `title` is there twice");
    check(
        TagPack,
        b"tags:\n- address: 0x0000000000000000000000000000000000000001\n  source: x\n",
        "column `label`",
    );
    check(Addresses, b"\n0x123\n", "line 2: `0x123` is not an address of any chain");
    check(Addresses, b"hello\n", "line 1: `hello` is not an address of any chain");
    check(Etherscan, b"[{\"name\":\"x\"}]", "missing field `address`");
    check(Etherscan, b"{\"0x12\": \"x\"}", "line 1: ");
    check(Etherscan, b"7", "an object whose keys are addresses");
    check(OpenSanctions, b"{\"id\":5}\n", "line 1: not well-formed JSON");
    check(Own, b"address,category\n", "also needs the column");
    // Wrong encoding.
    let utf16: Vec<u8> = sdn_csv().encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(SdnCsv, &utf16, "line 1: ");
    check(SdnCsv, b"1,\"Jos\xe9\",-0-\n", "line 1: not UTF-8 text");
    check(SdnComments, b"1,\"a\"\n2,\"\xff\"\n", "line 2: not UTF-8 text");
    check(SdnEnhanced, b"<sanctionsData><x>\xe9</x></sanctionsData>", "not UTF-8 text");
    check(
        SdnEnhanced,
        b"<?xml version=\"1.0\" encoding=\"utf-16\"?><sanctionsData/>",
        "declared as utf-16",
    );
    check(TagPack, b"title: \xe9\n", "line 1: not UTF-8 text");
    check(Addresses, b"# \xe9\n", "line 1: not UTF-8 text");
    // Duplicate and contradicting rows.
    let row = "1,\"A\",-0- ,\"X\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n";
    let other = row.replace("\"A\"", "\"B\"");
    check(
        SdnCsv,
        format!("{row}{row}{other}").as_bytes(),
        "line 3: contradicts line 1: entry 1 is there twice",
    );
    check(SdnComments, b"1,\"a\"\n1,\"b\"\n", "line 2: contradicts line 1");
    let tag = |category: &str| {
        format!("- address: {SUEX}\n  label: X\n  source: s\n  category: {category}\n")
    };
    check(
        TagPack,
        format!("tags:\n{}{}", tag("exchange"), tag("gambling")).as_bytes(),
        "line 6: contradicts what the file said before",
    );
    check(Etherscan, format!("[{{\"address\":\"{SUEX}\",\"name\":\"X\",\"labels\":\"dex\"}},\n{{\"address\":\"{SUEX}\",\"name\":\"X\",\"labels\":\"bridge\"}}]").as_bytes(), "line 2: contradicts what the file said before");
    // Wrong checksum case.
    let wrong = LAZARUS.replace("0x098B", "0x098b");
    let swapped = |text: String| text.replace(LAZARUS, &wrong);
    check(SdnEnhanced, swapped(enhanced()).as_bytes(), "checksum");
    check(Etherscan, swapped(etherscan()).as_bytes(), "line 3: ");
    check(OpenSanctions, swapped(open_sanctions()).as_bytes(), "line 5: ");
    check(Addresses, swapped(plain()).as_bytes(), "line 4: ");
    let csv = sdn_csv().replace(LIFSHITS, &wrong);
    check(SdnCsv, csv.as_bytes(), "line 1: ");
    // Mixed chains: what stands under a ticker of EVM chains must be one of their addresses.
    check(SdnEnhanced, enhanced().replace(LAZARUS, TRON).as_bytes(), TRON);
    check(SdnCsv, sdn_csv().replace(LIFSHITS, BITCOIN).as_bytes(), "line 1: ");
}

#[test]
fn comments_belong_to_an_sdn_csv_of_the_same_day() {
    let check = |format: Format, text: &str, comments: &str, expected: &str| {
        let input = Input { origin: "sdn", data: &mut text.as_bytes() };
        let more = Input { origin: "comments", data: &mut comments.as_bytes() };
        let error = read(format, input, Some(more), &Terms::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let row = |number: u64| {
        format!("{number},\"TEST\",-0- ,\"X\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n")
    };
    let whole: String = (100..5_100).map(row).collect();
    let problem = "comments, line 1: goes on with the remarks of entry 77";
    check(Format::SdnCsv, &whole, "77,\"x\"\n", problem);
    check(Format::SdnEnhanced, &enhanced(), &sdn_comments(), "SDN_COMMENTS.CSV belongs to SDN.CSV");
}

#[test]
fn files_that_name_no_source_need_one() {
    for (format, text) in [(Format::Addresses, plain()), (Format::Etherscan, etherscan())] {
        let input = Input { origin: "file", data: &mut text.as_bytes() };
        let error = read(format, input, None, &Terms::default()).unwrap_err().to_string();
        assert!(error.contains("--source"), "{error}");
    }
}

/// XML that would grow to gigabytes if what its document type defines were expanded.
#[test]
fn entity_bombs_are_not_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><sanctionsData><entities><entity id=\"1\"><x>&lol2;</x></entity></entities></sanctionsData>";
    let outside = "<sanctionsData><x>&xxe;</x></sanctionsData>";
    let external = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><sanctionsData/>";
    let yaml = "a: &a [x]\nb: &b [*a, *a]\ntags: []\n";
    for (format, text, expected) in [
        (Format::SdnEnhanced, bomb, "document type"),
        (Format::SdnAdvanced, external, "document type"),
        (Format::SdnEnhanced, outside, "the entity `xxe`"),
        (Format::TagPack, yaml, "an anchor or alias"),
    ] {
        let error = parse(format, text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Gives a beginning, and then the same byte for a gigabyte; counts what was asked for.
struct Endless<'b> {
    head: &'b [u8],
    left: u64,
    given: u64,
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = if self.head.is_empty() {
            let n = into.len().min(usize::try_from(self.left).unwrap());
            into[..n].fill(b'a');
            self.left -= u64::try_from(n).unwrap();
            n
        } else {
            self.head.read(into)?
        };
        self.given += u64::try_from(n).unwrap();
        Ok(n)
    }
}

#[test]
fn a_line_of_a_gigabyte_is_refused_early() {
    for (format, head, expected) in [
        (Format::Own, "chain,address,name,category,source\n", "line 2: the line has more than"),
        (Format::Addresses, "\n\n", "line 3: the line has more than"),
        (Format::SdnCsv, "1,\"", "line 1: the line has more than"),
        (Format::SdnComments, "1,\"", "line 1: the line has more than"),
        (Format::SdnEnhanced, "<sanctionsData><x>", "one tag or text has more than"),
        (Format::SdnAdvanced, "<Sanctions><", "one tag or text has more than"),
        (Format::TagPack, "title: ", "line 1: the line has more than"),
        (Format::OpenSanctions, "{\"id\":\"", "line 1: the line has more than"),
        (Format::Etherscan, "{\"", "the file has more than"),
    ] {
        let mut endless = Endless { head: head.as_bytes(), left: 1 << 30, given: 0 };
        let input = Input { origin: "file", data: &mut endless };
        let error = read(format, input, None, &terms()).unwrap_err().to_string();
        assert!(error.contains(expected), "{format}: {error}");
        let most = if format == Format::Etherscan { 257 << 20 } else { 17 << 20 };
        assert!(endless.given <= most, "{format}: {} bytes were read", endless.given);
    }
}
