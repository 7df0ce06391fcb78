use proptest::prelude::*;

use super::*;

fn broken(statement: &str, values: &[(&str, i64)]) -> Vec<(i64, i64)> {
    let of = |reference: &Reference| {
        let name = reference.to_string();
        values.iter().find(|(column, _)| *column == name).map(|(_, value)| *value)
    };
    Statement::parse(statement).unwrap().broken(&of).map(|(_, left, right)| (left, right)).collect()
}

#[test]
fn identities_are_read_as_they_are_printed() {
    let columns = [("1", 10), ("2", 4), ("3", 6), ("4", 7), ("5", 2), ("01/XLD:1", 10)];
    for (statement, expected) in [
        ("1 = 2 + 3", &[][..]),
        ("1 = 2 + 3 = 4 + 5", &[(10, 9)]),
        ("1 = 4 + 5 = 2", &[(10, 9), (10, 4)]),
        ("2 <= 1", &[]),
        ("1 <= 2", &[(10, 4)]),
        ("1 >= 5 * 5", &[]),
        ("1 >= 6 * 5", &[(10, 12)]),
        ("1 - 2 = 3", &[]),
        ("5 > 0", &[]),
        ("5 < 0", &[(2, 0)]),
        ("1 = 01/XLD:1", &[]),
        ("2 + … + 5 = 1", &[(19, 10)]),
        ("2 >= 3 when 5 > 0", &[(4, 6)]),
        ("2 >= 3 when 5 < 0", &[]),
        // A column without a value says nothing.
        ("1 = 9", &[]),
        ("1 = 2 when 9 > 0", &[]),
    ] {
        assert_eq!(broken(statement, &columns), expected, "{statement}");
    }
}

#[test]
fn shares_are_rounded_half_up_to_tenths_of_a_per_cent() {
    let share = |value| broken("8 % 6 / 7", &[("6", 238), ("7", 316), ("8", value)]);
    assert_eq!(share(889), [(889, 753)]);
    assert!(share(753).is_empty());
    assert!(broken("8 % 6 / 7", &[("6", 0), ("7", 0), ("8", 5)]).is_empty());
    assert!(broken("8 % 6 + 5 / 7", &[("5", 78), ("6", 238), ("7", 316), ("8", 1000)]).is_empty());
}

#[test]
fn what_cannot_be_read_is_told() {
    for (statement, problem) in [
        ("", "a column is missing"),
        ("1", "nothing is compared"),
        ("1 = ", "a column is missing"),
        ("1 = x", "`x` is no column"),
        ("1 = 2+3", "`2+3` is no column"),
        ("1 = 2 3", "`3` is neither + nor -"),
        ("1 = 2 + … + 2", "`…` leads nowhere before `2`"),
        ("1 = y * 2", "`y` is no factor"),
        ("1 = 2 when 3 = 4 = 5", "a condition says one thing"),
        ("1 = 2 when 3 > 0 when 4 > 0", "`when` stands twice"),
        ("8 % 6 / 7 / 8", "a share has a part and a whole"),
        ("1 = 01", "`01` is no column"),
    ] {
        let told = Statement::parse(statement).unwrap_err();
        assert_eq!(told, format!("`{statement}`: {problem}"));
    }
}

proptest! {
    #[test]
    fn a_sum_reads_back_as_it_is_written(terms in prop::collection::vec((-9_i64..10, 1_u8..200), 1..8)) {
        let terms: Vec<_> = terms
            .into_iter()
            .filter(|(factor, _)| *factor != 0)
            .map(|(factor, column)| (factor, Reference { form: None, column: column.to_string() }))
            .collect();
        // What begins with a minus is not written in forms.
        prop_assume!(terms.first().is_some_and(|(factor, _)| *factor > 0));
        let sum = Expression { terms };
        prop_assert_eq!(Expression::parse(&sum.to_string()).unwrap(), sum);
    }

    #[test]
    fn nothing_written_makes_it_panic(text in "[0-9+*=<>%/…: a-z-]{0,40}", number: i64) {
        if let Ok(statement) = Statement::parse(&text) {
            let _ = statement.broken(&|_| Some(number)).count();
        }
    }
}
