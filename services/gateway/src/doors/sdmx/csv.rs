//! Data as SDMX-CSV 2.0: a row an observation, codes without labels.

use csv::{Terminator, WriterBuilder};

use super::artefact::{AGENCY, Artefact, VERSION};
use super::data::DataSet;

const KEYS: [&str; 8] =
    ["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "UNIT_ID", "MEASURE", "TIME_PERIOD", "OBS_VALUE"];
const ATTRIBUTES: [&str; 4] = ["OBS_STATUS", "UNIT_MEASURE", "DECIMALS", "REPYEAREND"];

/// Writes the rows under their headings, lines ending as RFC 4180 has them.
pub fn write(data: DataSet<'_>) -> Result<Vec<u8>, csv::Error> {
    let has_attributes = data.detail.has_attributes();
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let attributes: &[&str] = if has_attributes { &ATTRIBUTES } else { &[] };
    rows.write_record(KEYS.iter().chain(attributes))?;
    let flow = format!("{AGENCY}:{}({VERSION})", Artefact::Dataflow.id());
    for one in data.series {
        let decimals = one.decimals.to_string();
        for (period, observation) in &one.observations {
            // `I`: for information, not to be loaded over something.
            let keys =
                ["dataflow", &flow, "I", one.frequency, &one.unit, &one.measure, period, &observation.value];
            let attributes = [observation.status, &one.unit_of_measure, &decimals, data.year_end];
            let attributes = attributes.iter().filter(|_| has_attributes);
            rows.write_record(keys.iter().chain(attributes))?;
        }
    }
    rows.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::sdmx::data::{Observation, Series};
    use crate::doors::sdmx::question::Detail;

    #[test]
    fn a_row_is_an_observation() {
        let observation = Observation { value: "43586274000".to_owned(), status: "A" };
        let series = Series {
            frequency: "A",
            unit: "_T".to_owned(),
            measure: "inspections-recovery_amount".to_owned(),
            unit_of_measure: "đồng, \"tiền\"".to_owned(),
            decimals: 0,
            observations: vec![("2023-A1".to_owned(), observation)],
        };
        let write = |detail| {
            let series = std::slice::from_ref(&series);
            let data = DataSet { series, year_end: "--12-14", flat: false, detail };
            String::from_utf8(write(data).unwrap()).unwrap()
        };
        assert_eq!(
            write(Detail::Full),
            "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,UNIT_ID,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,DECIMALS,REPYEAREND\r\n\
             dataflow,THIDUA:FIGURES(1.0),I,A,_T,inspections-recovery_amount,2023-A1,43586274000,A,\"đồng, \"\"tiền\"\"\",0,--12-14\r\n"
        );
        assert_eq!(
            write(Detail::DataOnly),
            "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,UNIT_ID,MEASURE,TIME_PERIOD,OBS_VALUE\r\n\
             dataflow,THIDUA:FIGURES(1.0),I,A,_T,inspections-recovery_amount,2023-A1,43586274000\r\n"
        );
    }
}
