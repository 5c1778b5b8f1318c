//! Files of the shape and size of real ones, with invented contents.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use fundtrail_labels::intake::Format;
use fundtrail_model::{Address, checksum};

/// One party in so many has addresses, as on the real list one in about 100.
const PARTIES_PER_ADDRESS: u64 = 100;

/// Writes a list of at least so many bytes; returns how many sanctioned addresses it has.
pub(super) fn write_xml(path: &Path, format: Format, n_bytes: u64) -> u64 {
    let mut out = Counted { inner: BufWriter::new(File::create(path).expect("a file")), n: 0 };
    let (head, tail) = match format {
        Format::SdnAdvanced => (ADVANCED_HEAD, "</SanctionsEntries></Sanctions>"),
        _ => (ENHANCED_HEAD, "</entities></sanctionsData>"),
    };
    out.put(head);
    let (mut party, mut n_addresses) = (0, 0);
    while out.n < n_bytes {
        party += 1;
        let has_address = party % PARTIES_PER_ADDRESS == 0;
        n_addresses += u64::from(has_address);
        let address = has_address.then(|| label(party));
        match format {
            Format::SdnAdvanced => out.put(&advanced(party, address.as_deref())),
            _ => out.put(&enhanced(party, address.as_deref())),
        }
    }
    if format == Format::SdnAdvanced {
        out.put("</DistinctParties><SanctionsEntries>");
        for party in (1..=party).filter(|party| party % PARTIES_PER_ADDRESS == 0) {
            out.put(&format!("<SanctionsEntry ID=\"{party}\" ProfileID=\"{party}\" ListID=\"1550\"><EntryEvent ID=\"{party}\" EntryEventTypeID=\"1\" LegalBasisID=\"1\"><Comment/><Date CalendarTypeID=\"1\"><Year>2020</Year><Month>1</Month><Day>2</Day></Date></EntryEvent><SanctionsMeasure ID=\"{party}\" SanctionsTypeID=\"1\"><Comment>CYBER2</Comment></SanctionsMeasure></SanctionsEntry>\n"));
        }
    }
    out.put(tail);
    out.inner.flush().expect("written");
    n_addresses
}

const ADVANCED_HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Sanctions xmlns=\"http://www.un.org/sanctions/1.0\" Version=\"1\"><DateOfIssue CalendarTypeID=\"1\"><Year>2026</Year><Month>6</Month><Day>25</Day></DateOfIssue><ReferenceValueSets><ListValues><List ID=\"1550\">SDN List</List></ListValues><FeatureTypeValues><FeatureType ID=\"8\">Birthdate</FeatureType><FeatureType ID=\"345\">Digital Currency Address - ETH</FeatureType></FeatureTypeValues><NamePartTypeValues><NamePartType ID=\"1520\">Last Name</NamePartType><NamePartType ID=\"1521\">First Name</NamePartType></NamePartTypeValues></ReferenceValueSets>\n<DistinctParties>";

const ENHANCED_HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sanctionsData><publicationInfo><dataAsOf>2026-06-25T00:00:00</dataAsOf></publicationInfo><referenceValues></referenceValues><entities>";

fn advanced(party: u64, address: Option<&str>) -> String {
    let alias = |n: u64, is_primary: bool| {
        format!(
            "    <Alias FixedRef=\"{party}\" AliasTypeID=\"140{n}\" Primary=\"{is_primary}\" LowQuality=\"false\">\n     <DocumentedName ID=\"{party}{n}\" FixedRef=\"{party}\" DocNameStatusID=\"1\">\n      <DocumentedNamePart>\n       <NamePartValue NamePartGroupID=\"{party}0\" ScriptID=\"215\" ScriptStatusID=\"1\" Acronym=\"false\">INVENTED {party} &amp; {n}</NamePartValue>\n      </DocumentedNamePart>\n      <DocumentedNamePart>\n       <NamePartValue NamePartGroupID=\"{party}1\" ScriptID=\"215\" ScriptStatusID=\"1\" Acronym=\"false\">Given</NamePartValue>\n      </DocumentedNamePart>\n     </DocumentedName>\n    </Alias>\n"
        )
    };
    let feature = |n: u64, kind: u64, detail: &str| {
        format!(
            "   <Feature ID=\"{party}{n}\" FeatureTypeID=\"{kind}\">\n    <FeatureVersion ID=\"{party}{n}\" ReliabilityID=\"1560\">\n     <Comment />\n     <DatePeriod CalendarTypeID=\"1\" YearFixed=\"false\" MonthFixed=\"false\" DayFixed=\"false\"><Start Approximate=\"false\"><From><Year>1970</Year><Month>1</Month><Day>{n}</Day></From></Start></DatePeriod>\n     <VersionDetail DetailTypeID=\"1432\">{detail}</VersionDetail>\n    </FeatureVersion>\n    <IdentityReference IdentityID=\"{party}\" IdentityFeatureLinkTypeID=\"1\" />\n   </Feature>\n"
        )
    };
    let aliases: String = (0..5).map(|n| alias(n, n == 0)).collect();
    let mut features: String = (1..7).map(|n| feature(n, 8, "invented")).collect();
    features.extend(address.map(|address| feature(9, 345, address)));
    format!(
        "<DistinctParty FixedRef=\"{party}\"><Comment />\n <Profile ID=\"{party}\" PartySubTypeID=\"4\">\n  <Identity ID=\"{party}\" FixedRef=\"{party}\" Primary=\"true\" False=\"false\">\n{aliases}   <NamePartGroups><MasterNamePartGroup><NamePartGroup ID=\"{party}0\" NamePartTypeID=\"1520\" /></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID=\"{party}1\" NamePartTypeID=\"1521\" /></MasterNamePartGroup></NamePartGroups>\n  </Identity>\n{features} </Profile>\n</DistinctParty>\n"
    )
}

fn enhanced(party: u64, address: Option<&str>) -> String {
    let name = |n: u64, is_primary: bool| {
        format!(
            "    <name id=\"{party}{n}\">\n     <isPrimary>{is_primary}</isPrimary>\n     <isLowQuality>false</isLowQuality>\n     <translations>\n      <translation id=\"{party}{n}\">\n       <isPrimary>true</isPrimary>\n       <script refId=\"215\">Latin</script>\n       <formattedFullName>INVENTED {party} &amp; {n}, Given</formattedFullName>\n       <nameParts><namePart id=\"1\"><type refId=\"1520\">Last Name</type><value>INVENTED</value></namePart></nameParts>\n      </translation>\n     </translations>\n    </name>\n"
        )
    };
    let feature = |n: u64, kind: &str, value: &str| {
        format!(
            "    <feature id=\"{party}{n}\">\n     <type featureTypeId=\"8\">{kind}</type>\n     <versionId>{n}</versionId>\n     <value>{value}</value>\n     <isPrimary>true</isPrimary>\n     <reliability refId=\"1560\">Reliable</reliability>\n    </feature>\n"
        )
    };
    let names: String = (0..5).map(|n| name(n, n == 0)).collect();
    let mut features: String = (1..7).map(|n| feature(n, "Birthdate", "01 Jan 1970")).collect();
    features.extend(address.map(|it| feature(9, "Digital Currency Address - ETH", it)));
    format!(
        "<entity id=\"{party}\">\n   <generalInfo><identityId>{party}</identityId><entityType refId=\"600\">Individual</entityType></generalInfo>\n   <sanctionsLists><sanctionsList refId=\"1550\" id=\"{party}\" datePublished=\"2020-01-02\">SDN List</sanctionsList></sanctionsLists>\n   <sanctionsPrograms><sanctionsProgram refId=\"1\" id=\"1\">CYBER2</sanctionsProgram></sanctionsPrograms>\n   <names>\n{names}   </names>\n   <features>\n{features}   </features>\n</entity>\n"
    )
}

/// Labels in this program's own format.
pub(super) fn write_labels(path: &Path, n_labels: u64) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    writeln!(out, "# name: invented labels\n# as of: 2026-06-25").expect("written");
    writeln!(out, "chain,address,name,category,source,invented").expect("written");
    for n in 0..n_labels {
        let address = label(n);
        writeln!(
            out,
            "*,{address},Label {n} of many,exchange,https://example.org/invented/{n},yes"
        )
        .expect("written");
    }
    out.flush().expect("written");
}

/// Addresses, one in `every` of which is labelled.
pub(super) fn write_wallets(path: &Path, n_addresses: u64, every: u64, is_checksummed: bool) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    for n in 0..n_addresses {
        let address = if n % every == 0 { spread(n / every) } else { spread(n + (1 << 40)) };
        let text = if is_checksummed { checksum(address) } else { format!("{address:#x}") };
        writeln!(out, "{text}").expect("written");
    }
    out.flush().expect("written");
}

/// The address of a label.
pub(super) fn label(n: u64) -> String {
    format!("{:#x}", spread(n))
}

/// Invented addresses that are spread like real ones.
fn spread(n: u64) -> Address {
    let mut bytes = [0; 20];
    let mut state = n;
    for chunk in bytes.chunks_mut(8) {
        // splitmix64, whose constants are its author's.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
    }
    Address::from(bytes)
}

struct Counted {
    inner: BufWriter<File>,
    n: u64,
}

impl Counted {
    fn put(&mut self, text: &str) {
        self.inner.write_all(text.as_bytes()).expect("written");
        self.n += u64::try_from(text.len()).expect("fits");
    }
}
