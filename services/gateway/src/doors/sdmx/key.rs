//! The key of a question for data: which codes of each dimension.

use super::artefact::Artefact;
use super::refusal::Refusal;

/// The codes asked for, by dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Of `FREQ`.
    pub frequencies: Codes,
    /// Of `UNIT_ID`.
    pub units: Codes,
    /// Of `MEASURE`.
    pub measures: Codes,
}

/// Codes of one dimension; none means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes(Vec<String>);

impl Key {
    /// Reads `A+Q.thanh-tra-tinh.petitions-received`; an empty part means all codes, `all` means all of all.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() || text == "all" {
            let all = Codes::default();
            return Ok(Self { frequencies: all.clone(), units: all.clone(), measures: all });
        }
        let parts: Vec<Codes> = text.split('.').map(Codes::parse).collect();
        match <[Codes; 3]>::try_from(parts) {
            Ok([frequencies, units, measures]) => Ok(Self { frequencies, units, measures }),
            Err(_) => Err(Refusal::KeyInvalid { key: text.to_owned() }),
        }
    }
}

impl Codes {
    fn parse(text: &str) -> Self {
        let codes = text.split('+').map(str::to_owned).collect();
        Self(if text.is_empty() { Vec::new() } else { codes })
    }

    /// Those of a list that are asked for, in the order of the list.
    pub fn pick<'l, T>(
        &self,
        list: &'l [T],
        code: impl Fn(&T) -> &str,
        (dimension, codelist): (&'static str, Artefact),
    ) -> Result<Vec<&'l T>, Refusal> {
        let unknown = self.0.iter().find(|asked| !list.iter().any(|one| code(one) == **asked));
        if let Some(unknown) = unknown {
            let (code, codelist) = (unknown.clone(), codelist.id());
            return Err(Refusal::CodeUnknown { dimension, code, codelist });
        }
        let is_asked = |one: &&T| self.0.is_empty() || self.0.iter().any(|asked| asked == code(one));
        Ok(list.iter().filter(is_asked).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dimension_has_its_part() {
        let key = Key::parse("A+Q..petitions-received").unwrap();
        assert_eq!(key.frequencies, Codes(vec!["A".to_owned(), "Q".to_owned()]));
        assert_eq!(
            (key.units, key.measures),
            (Codes::default(), Codes(vec!["petitions-received".to_owned()]))
        );
        assert_eq!(Key::parse("all").unwrap(), Key::parse("..").unwrap());
        assert_eq!(Key::parse("").unwrap(), Key::parse("all").unwrap());
        for bad in ["A", "A.", "A.b.c.d", "..."] {
            assert!(matches!(Key::parse(bad), Err(Refusal::KeyInvalid { .. })), "{bad}");
        }
    }

    #[test]
    fn codes_are_picked_once_in_the_order_of_the_list() {
        let list = ["a", "b", "c"];
        let pick = |text| Codes::parse(text).pick(&list, |one| one, ("UNIT_ID", Artefact::Units));
        assert_eq!(pick("").unwrap(), [&"a", &"b", &"c"]);
        assert_eq!(pick("c+a+c").unwrap(), [&"a", &"c"]);
        for (text, unknown) in [("a+x", "x"), ("a+", ""), ("A", "A")] {
            let Err(Refusal::CodeUnknown { dimension: "UNIT_ID", code, codelist: "CL_UNIT" }) = pick(text)
            else {
                panic!("{text}");
            };
            assert_eq!(code, unknown);
        }
    }
}
