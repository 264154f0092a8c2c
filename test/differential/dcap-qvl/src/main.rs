// SPDX-License-Identifier: Apache-2.0

//! Asks dcap-qvl about quotes: a JSON case a line on standard input, a JSON verdict a line on standard output.

use std::io::{self, BufRead, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

use base64::{engine::general_purpose::STANDARD, Engine};
use dcap_qvl::policy::QuotePolicy;
use dcap_qvl::verify::QuoteVerifier;
use dcap_qvl::QuoteCollateralV3;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Case {
    id: String,
    /// Base64.
    quote: String,
    /// The nine texts, as files of collateral have them.
    collateral: serde_json::Value,
    /// Seconds.
    at: u64,
    /// Base64 of the trusted root's DER.
    root: String,
}

#[derive(Serialize, Default)]
struct Verdict {
    id: String,
    /// Whether the chain, the signatures and the collateral hold; no status is asked for.
    genuine: bool,
    status: String,
    advisories: Vec<String>,
    error: String,
}

fn main() -> io::Result<()> {
    // a panic is a verdict too; its text belongs there and not on the terminal
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut out, &judge(&case))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn judge(case: &Case) -> Verdict {
    let said = catch_unwind(AssertUnwindSafe(|| ask(case)));
    let id = case.id.clone();
    match said {
        Ok(Ok(verdict)) => Verdict { id, ..verdict },
        Ok(Err(error)) => Verdict { id, error, ..Verdict::default() },
        Err(_) => Verdict { id, error: "panic".into(), ..Verdict::default() },
    }
}

fn ask(case: &Case) -> Result<Verdict, String> {
    let quote = STANDARD.decode(&case.quote).map_err(|error| error.to_string())?;
    let root = STANDARD.decode(&case.root).map_err(|error| error.to_string())?;
    let collateral = read_collateral(&case.collateral)?;
    let policy = QuotePolicy::claims_only(case.at);
    let claims = QuoteVerifier::new(root)
        .allow_debug(true)
        .allow_service_td(true)
        .verify_with_policy(&quote, collateral, case.at, &policy)
        .map_err(|error| format!("{error:#}"))?;
    Ok(Verdict {
        genuine: true,
        status: claims.tcb.status.to_string(),
        advisories: claims.tcb.advisory_ids,
        ..Verdict::default()
    })
}

fn read_collateral(json: &serde_json::Value) -> Result<QuoteCollateralV3, String> {
    let text = |name: &str| -> Result<String, String> {
        let value = json.get(name).and_then(|value| value.as_str());
        value.map(str::to_owned).ok_or_else(|| format!("collateral: {name} is missing"))
    };
    let bytes = |name: &str| -> Result<Vec<u8>, String> {
        hex::decode(text(name)?).map_err(|error| format!("collateral: {name}: {error}"))
    };
    Ok(QuoteCollateralV3 {
        pck_crl_issuer_chain: text("pck_crl_issuer_chain")?,
        root_ca_crl: bytes("root_ca_crl")?,
        pck_crl: bytes("pck_crl")?,
        tcb_info_issuer_chain: text("tcb_info_issuer_chain")?,
        tcb_info: text("tcb_info")?,
        tcb_info_signature: bytes("tcb_info_signature")?,
        qe_identity_issuer_chain: text("qe_identity_issuer_chain")?,
        qe_identity: text("qe_identity")?,
        qe_identity_signature: bytes("qe_identity_signature")?,
        pck_certificate_chain: None,
    })
}
