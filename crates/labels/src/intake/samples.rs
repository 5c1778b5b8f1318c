//! Small files of each format, for the tests and for the fuzzer. Addresses, names and dates in them are facts of the
//! OFAC list as of `data/lists/ofac-evm.csv`, unless a name begins with `TEST`.

use super::Format;

pub(crate) const LAZARUS: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
pub(crate) const SUEX: &str = "0x2f389ce8bd8ff92de3402ffce4691d17fc4f6535";
pub(crate) const LIFSHITS: &str = "0x901bb9583b24d97e995513c6778dc6888ab6870e";
pub(crate) const BITCOIN: &str = "12udabs2TkX7NXCSj6KpqXfakjE52ZPLhz";
pub(crate) const TRON: &str = "TE3mCcPULjPUE7ykX7RArDPAhyahoy3d2j";

pub(crate) fn sdn_csv() -> String {
    format!(
        "29702,\"LIFSHITS, Artem Mikhaylovich\",\"individual\",\"CYBER2] [ELECTION-EO13848\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 26 Dec 1992; Digital Currency Address - XBT {BITCOIN}; Digital Currency Address - ETH {LIFSHITS}; alt. Digital Currency Address - USDC {LIFSHITS}.\"\r\n\
         33151,\"SUEX OTC, S.R.O.\",-0- ,\"CYBER2\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Website suex.io; alt. Digital Currency Address - XBT 1B64QRxf\"\r\n\
         99999,\"TEST \"\"quoted\"\" SHIP\",\"vessel\",\"DPRK3\",-0- ,\"A8LU7\",\"Tanker\",-0- ,-0- ,\"Gabon\",-0- ,-0- \r\n\u{1a}\r\n"
    )
}

/// The remarks of 33151 are cut in the middle of an address.
pub(crate) fn sdn_comments() -> String {
    format!(
        "33151,\"aa35MVkf7sDjuGUYAP5izQt7Qi; Digital Currency Address - ETH {SUEX}; Linked To: TEST.\"\r\n\u{1a}\r\n"
    )
}

pub(crate) const ENHANCED_HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<sanctionsData xmlns="https://www.treasury.gov/ofac/DownloadFile/ENHANCED">
 <publicationInfo><dataAsOf>2022-04-14T09:00:00-04:00</dataAsOf></publicationInfo>
 <referenceValues><referenceValue refId="1"><type>x</type><value>0xnot</value></referenceValue></referenceValues>
 <entities>"#;

pub(crate) fn enhanced() -> String {
    format!(
        r#"{ENHANCED_HEAD}<entity id="27307"><generalInfo><identityId>9</identityId></generalInfo>
   <sanctionsLists><sanctionsList refId="1" datePublished="2019-09-13">SDN List</sanctionsList></sanctionsLists>
   <sanctionsPrograms><sanctionsProgram>DPRK3</sanctionsProgram></sanctionsPrograms>
   <names><name id="1"><isPrimary>false</isPrimary><translations><translation id="1"><isPrimary>true</isPrimary><formattedFullName>APT38</formattedFullName></translation></translations></name>
    <name id="2"><isPrimary>true</isPrimary><translations><translation id="3"><isPrimary>true</isPrimary><formattedFullName>LAZARUS GROUP &amp; CO</formattedFullName></translation></translations></name></names>
   <features><feature id="1"><type featureTypeId="345">Digital Currency Address - ETH</type><value>{LAZARUS}</value></feature>
    <feature id="2"><type featureTypeId="992">Digital Currency Address - TRX</type><value>{TRON}</value></feature>
    <feature id="3"><type featureTypeId="14">Website</type><value>0x098B716B8Aaf21512996dC57EB0615e2383E2f97</value></feature></features></entity>
  <entity id="1"><sanctionsLists><sanctionsList>Non-SDN Test List</sanctionsList></sanctionsLists><names/>
   <features><feature id="4"><type>Digital Currency Address - ARB</type><value>{SUEX}</value></feature></features></entity>
 </entities></sanctionsData>"#
    )
}

pub(crate) fn advanced() -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><Sanctions xmlns="http://www.un.org/sanctions/1.0" Version="1">
 <DateOfIssue CalendarTypeID="1"><Year>2023</Year><Month>8</Month><Day>23</Day></DateOfIssue>
 <ReferenceValueSets><ListValues><List ID="1550">SDN List</List></ListValues>
  <FeatureTypeValues><FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType><FeatureType ID="344">Digital Currency Address - XBT</FeatureType><FeatureType ID="8">Birthdate</FeatureType></FeatureTypeValues>
  <NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType></NamePartTypeValues></ReferenceValueSets>
 <DistinctParties><DistinctParty FixedRef="44718"><Comment/><Profile ID="44718" PartySubTypeID="4">
  <Identity ID="5" Primary="true"><Alias AliasTypeID="1403" Primary="true"><DocumentedName ID="1"><DocumentedNamePart><NamePartValue NamePartGroupID="71">Roman</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="70">SEMENOV</NamePartValue></DocumentedNamePart></DocumentedName>
    <DocumentedName ID="2"><DocumentedNamePart><NamePartValue NamePartGroupID="70">ДРУГОЕ</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
   <Alias AliasTypeID="1400" Primary="false"><DocumentedName ID="3"><DocumentedNamePart><NamePartValue NamePartGroupID="70">POMA</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
   <NamePartGroups><MasterNamePartGroup><NamePartGroup ID="70" NamePartTypeID="1520"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="71" NamePartTypeID="1521"/></MasterNamePartGroup></NamePartGroups></Identity>
  <Feature ID="1" FeatureTypeID="345"><FeatureVersion ID="1"><Comment/><VersionDetail DetailTypeID="1432">0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193</VersionDetail></FeatureVersion></Feature>
  <Feature ID="2" FeatureTypeID="8"><FeatureVersion ID="2"><VersionDetail>{LAZARUS}</VersionDetail></FeatureVersion></Feature>
  <Feature ID="3" FeatureTypeID="344"><FeatureVersion ID="3"><VersionDetail>{BITCOIN}</VersionDetail></FeatureVersion></Feature>
 </Profile></DistinctParty><DistinctParty FixedRef="2"><Profile ID="2"/></DistinctParty></DistinctParties>
 <SanctionsEntries><SanctionsEntry ID="1" ProfileID="44718" ListID="1550"><EntryEvent><Date><Year>2001</Year><Month>1</Month><Day>1</Day></Date></EntryEvent>
  <SanctionsMeasure SanctionsTypeID="1"><Comment>CYBER2</Comment></SanctionsMeasure><SanctionsMeasure SanctionsTypeID="1"><Comment>DPRK3</Comment></SanctionsMeasure><SanctionsMeasure><Comment/></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>"#
    )
}

pub(crate) fn tagpack() -> String {
    format!(
        "title: TEST pack\ncreator: TEST\nlastmod: 2022-01-24\ncurrency: ETH\nsource: https://example.org/tags\nconfidence: forensic\ntags:\n  - address: {LIFSHITS}\n    label: TEST exchange\n    category: exchange\n  - address: '{SUEX}'\n    label: TEST phishing\n    abuse: phishing\n    source: https://example.org/other\n  - address: {BITCOIN}\n    currency: BTC\n    label: TEST miner\n    concepts:\n      - miner\n"
    )
}

pub(crate) fn open_sanctions() -> String {
    let wallet = |id: &str, key: &str, more: &str| {
        format!(
            "{{\"id\":\"{id}\",\"schema\":\"CryptoWallet\",\"properties\":{{\"publicKey\":[\"{key}\"],{more}}}\n"
        )
    };
    [
        wallet("w1", SUEX, "\"currency\":[\"ETH\"],\"holder\":[\"suex\"]},\"datasets\":[\"us_ofac_sdn\"],\"first_seen\":\"2021-09-22T10:00:00\",\"last_seen\":\"2023-05-01T00:00:00\""),
        "{\"id\":\"suex\",\"schema\":\"Company\",\"caption\":\"SUEX OTC, S.R.O.\",\"properties\":{\"topics\":[\"sanction\"]}}\n".to_owned(),
        wallet("w2", LIFSHITS, "\"currency\":[\"ETH\"],\"topics\":[\"crime.theft\"],\"name\":[\"TEST thief\"]},\"datasets\":[\"test\"]"),
        wallet("w3", BITCOIN, "\"currency\":[\"XBT\"],\"topics\":[\"sanction\"]},\"datasets\":[\"us_ofac_sdn\"]"),
        wallet("w4", LAZARUS, "\"holder\":[{\"id\":\"l\",\"schema\":\"Organization\",\"caption\":\"LAZARUS GROUP\",\"properties\":{\"topics\":[\"sanction\"]}}]},\"datasets\":[\"jp_mof_sanctions\"]"),
    ]
    .concat()
}

pub(crate) fn etherscan() -> String {
    format!(
        "{{\"{LIFSHITS}\": {{\"name\": \"TEST: Hot Wallet\", \"labels\": [\"exchange\"]}},\n \"{SUEX}\": \"Fake_Phishing123\",\n \"{LAZARUS}\": {{\"nameTag\": \"\", \"labels\": [\"heist\", \"other\"], \"chainId\": 137}}}}"
    )
}

pub(crate) fn plain() -> String {
    format!("# TEST\n{LIFSHITS}\n\n{LAZARUS}, TEST name\n{BITCOIN}\n{LIFSHITS}\n")
}

/// The whole set, each with the format that must be recognised.
#[must_use]
pub fn samples() -> Vec<(Format, String)> {
    let own = "# name: TEST\n# as of: 2022-05-01\naddress,entity,authority,listed_on,source\n\
               0x098B716B8Aaf21512996dC57EB0615e2383E2f96,LAZARUS GROUP,OFAC SDN,2022-04-14,OFAC\n";
    vec![
        (Format::Own, own.to_owned()),
        (Format::Addresses, plain()),
        (Format::SdnCsv, sdn_csv()),
        (Format::SdnComments, sdn_comments()),
        (Format::SdnEnhanced, enhanced()),
        (Format::SdnAdvanced, advanced()),
        (Format::TagPack, tagpack()),
        (Format::OpenSanctions, open_sanctions()),
        (Format::Etherscan, etherscan()),
    ]
}
