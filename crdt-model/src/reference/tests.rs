use super::*;
use proptest::prelude::*;

fn site(text: &str) -> SiteCode {
    text.parse().expect("a site code")
}

fn reference(text: &str) -> Reference {
    text.parse().expect("a reference")
}

#[test]
fn the_examples_of_the_design_hold() {
    for (letters, node, counter, shown) in [
        ("JER", 104, 193, "JER-104-00193-54"),
        ("BOL", 231, 1, "BOL-231-00001-96"),
        ("MNK", 107, 1482, "MNK-107-01482-33"),
    ] {
        let minted = Reference::new(site(letters), node, counter).expect("a reference");
        assert_eq!(minted.to_string(), shown);
        assert_eq!(reference(shown), minted);
    }
    assert_eq!(reference("JER-104-00193-54").number().digits(), "1040019354");
}

#[test]
fn dashes_spaces_case_and_digits_of_other_scripts_do_not_matter() {
    let expected = reference("JER-104-00193-54");
    for text in ["jer-104-00193-54", "JER1040019354", " jer 104 00193 54 ", "Jer–104–00193–54", "JER-١٠٤-٠٠١٩٣-٥٤"]
    {
        assert_eq!(reference(text), expected, "{text}");
    }
    assert_eq!(Typed::parse("1040019354"), Ok(Typed::Number(expected.number())));
    assert_eq!(Typed::parse("۱۰۴ ۰۰۱۹۳ ۵۴"), Ok(Typed::Number(expected.number())));
}

#[test]
fn the_first_digit_tells_how_long_the_node_number_is() {
    let short = CaseNumber::new(899, 4_294_967_295).expect("a number");
    let long = CaseNumber::new(90_000, 1).expect("a number");
    assert_eq!(long.to_string().len(), "90000-00001-00".len());
    for number in [short, long] {
        assert_eq!(Typed::parse(&number.digits()), Ok(Typed::Number(number)));
    }
}

#[test]
fn numbers_outside_the_blocks_are_refused() {
    for node in [0, 99, 900, 1000, 89_999, 100_000] {
        assert_eq!(CaseNumber::new(node, 1), Err(ReferenceError::NotANode(node)));
    }
    assert_eq!(CaseNumber::new(104, 0), Err(ReferenceError::NotACounter));
    for code in ["JE", "JERE", "J3R", "ÉRE", ""] {
        assert_eq!(code.parse::<SiteCode>(), Err(ReferenceError::NotASite), "{code}");
    }
}

#[test]
fn a_wrong_digit_is_told_from_something_else() {
    for text in ["JER-104-00193-55", "JER-140-00193-54", "1040019345", "2040019354"] {
        assert_eq!(Typed::parse(text), Err(ReferenceError::CheckDigits), "{text}");
    }
    for text in [
        "",
        "JER",
        "104",
        "JER-104",
        "XJER-104-00193-54",
        "JER-104-0019A-54",
        "JER_104_00193_54",
        "@last",
        "P",
        "12345",
    ] {
        assert_eq!(Typed::parse(text), Err(ReferenceError::NotAReference), "{text}");
    }
}

#[test]
fn a_counter_padded_beyond_five_digits_is_not_a_second_name() {
    let padded = format!("104{:07}00", 193);
    let check = 98 - mod97(&padded);
    assert_eq!(Typed::parse(&format!("104{:07}{check:02}", 193)), Err(ReferenceError::NotAReference));
}

#[test]
fn provisional_marks_are_read_in_all_forms() {
    let mark = Provisional::draw(site("JER"), 7_000_482_913u64.to_le_bytes());
    assert_eq!(mark.to_string(), "JER-P-482913");
    for text in ["JER-P-482913", "jerp482913", "Jer P 482913"] {
        assert_eq!(text.parse(), Ok(mark), "{text}");
    }
    for text in ["482913", "P-482913", "482 913"] {
        assert_eq!(Typed::parse(text), Ok(Typed::ProvisionalDigits(482_913)), "{text}");
    }
    assert_eq!(Provisional::draw(site("JER"), [0; 8]).to_string(), "JER-P-000000");
    assert!(mark.ending_matches("2913") && !mark.ending_matches("2914"));
    assert_eq!("JER-P-482913".parse::<Reference>(), Err(ReferenceError::NotAReference));
}

#[test]
fn an_ending_of_three_characters_or_more_matches() {
    let reference = reference("JER-104-00193-54");
    for ending in ["354", "193-54", "00193 54", "104-00193-54", "jer-104-00193-54", "R1040019354"] {
        assert!(reference.ending_matches(ending), "{ending}");
    }
    for ending in ["", "54", "355", "BOL1040019354", "00-JER-104-00193-54", "é54"] {
        assert!(!reference.ending_matches(ending), "{ending}");
    }
}

#[test]
fn json_is_the_text_people_see() {
    let expected = reference("JER-104-00193-54");
    let json = serde_json::to_string(&expected).expect("json");
    assert_eq!(json, "\"JER-104-00193-54\"");
    assert_eq!(serde_json::from_str::<Reference>(&json).expect("a reference"), expected);
    assert!(serde_json::from_str::<Reference>("\"JER-104-00193-55\"").is_err());
}

fn any_number() -> impl Strategy<Value = CaseNumber> {
    let node = prop_oneof![SHORT_NODES, LONG_NODES];
    let counter = prop_oneof![1u32..100_000, 1u32..=u32::MAX];
    (node, counter).prop_map(|(node, counter)| CaseNumber::new(node, counter).expect("in range"))
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(number in any_number(), letters in "[A-Z]{3}") {
        let reference = Reference { site: site(&letters), number };
        prop_assert_eq!(Typed::parse(&reference.to_string()), Ok(Typed::Reference(reference)));
        prop_assert_eq!(Typed::parse(&number.digits()), Ok(Typed::Number(number)));
        prop_assert!(reference.ending_matches(&number.digits()));
    }

    #[test]
    fn every_single_wrong_digit_is_caught(number in any_number()) {
        let digits = number.digits();
        for at in 0..digits.len() {
            for wrong in '0'..='9' {
                let mut typed: Vec<char> = digits.chars().collect();
                if typed[at] != wrong {
                    typed[at] = wrong;
                    let typed: String = typed.iter().collect();
                    prop_assert_eq!(Typed::parse(&typed), Err(ReferenceError::CheckDigits), "{}", typed);
                }
            }
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_caught(number in any_number()) {
        let digits: Vec<char> = number.digits().chars().collect();
        for at in 1..digits.len() {
            let mut typed = digits.clone();
            typed.swap(at - 1, at);
            if typed != digits {
                let typed: String = typed.iter().collect();
                prop_assert_eq!(Typed::parse(&typed), Err(ReferenceError::CheckDigits), "{}", typed);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,30}", near in "[A-Za-zP0-9 ٠-٩-]{0,24}") {
        for text in [text, near] {
            let _ = (Typed::parse(&text), text.parse::<SiteCode>());
            let _ = reference("JER-104-00193-54").ending_matches(&text);
        }
    }
}
