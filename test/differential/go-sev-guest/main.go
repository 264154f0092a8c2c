// SPDX-License-Identifier: Apache-2.0

// Asks go-sev-guest about SEV-SNP reports: a JSON case a line on standard input, a JSON verdict a line on standard output.
// Certificates are never fetched: what a case does not bring is missing.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/go-sev-guest/abi"
	spb "github.com/google/go-sev-guest/proto/sevsnp"
	"github.com/google/go-sev-guest/validate"
	"github.com/google/go-sev-guest/verify"
	"github.com/google/go-sev-guest/verify/trust"
)

// root is a product line's ARK with its two intermediates; DER or PEM, base64 in JSON.
type root struct {
	Product string `json:"product"`
	Ark     []byte `json:"ark"`
	Ask     []byte `json:"ask"`
	Asvk    []byte `json:"asvk"`
}

type testCase struct {
	ID     string `json:"id"`
	Report []byte `json:"report"`
	Ek     []byte `json:"ek"`
	Crl    []byte `json:"crl"`
	At     int64  `json:"at"`
	Roots  []root `json:"roots"`
}

type verdict struct {
	ID string `json:"id"`
	// Whether AMD's keys signed the report (package verify).
	Genuine bool `json:"genuine"`
	// Whether the report agrees with its certificate (package validate, asking for nothing else).
	Consistent bool   `json:"consistent"`
	Error      string `json:"error"`
}

// crlGetter answers every address with the list of the case, so that nothing is fetched.
type crlGetter struct{ crl []byte }

func (g crlGetter) Get(string) ([]byte, error) {
	if len(g.crl) == 0 {
		return nil, errors.New("the case brings no revocation list")
	}
	return g.crl, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one testCase
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(judge(&one)); err != nil {
			os.Exit(1)
		}
	}
	if lines.Err() != nil {
		fmt.Fprintln(os.Stderr, lines.Err())
		os.Exit(1)
	}
}

func judge(one *testCase) (said verdict) {
	said = verdict{ID: one.ID}
	defer func() {
		if fault := recover(); fault != nil {
			said = verdict{ID: one.ID, Error: fmt.Sprintf("panic: %v", fault)}
		}
	}()
	attestation, err := readAttestation(one)
	if err != nil {
		said.Error = "parse: " + err.Error()
		return said
	}
	options, err := readOptions(one)
	if err != nil {
		said.Error = "roots: " + err.Error()
		return said
	}
	if err := verify.SnpAttestation(attestation, options); err != nil {
		said.Error = "verify: " + err.Error()
		return said
	}
	said.Genuine = true
	if err := validate.SnpAttestation(attestation, widestPolicy()); err != nil {
		said.Error = "validate: " + err.Error()
		return said
	}
	said.Consistent = true
	return said
}

func readAttestation(one *testCase) (*spb.Attestation, error) {
	report, err := abi.ReportToProto(one.Report)
	if err != nil {
		return nil, err
	}
	info, err := abi.ParseSignerInfo(report.GetSignerInfo())
	if err != nil {
		return nil, err
	}
	chain := &spb.CertificateChain{}
	if info.SigningKey == abi.VlekReportSigner {
		chain.VlekCert = one.Ek
	} else {
		chain.VcekCert = one.Ek
	}
	return &spb.Attestation{Report: report, CertificateChain: chain}, nil
}

func readOptions(one *testCase) (*verify.Options, error) {
	roots := map[string][]*trust.AMDRootCerts{}
	for _, given := range one.Roots {
		certificates := &trust.ProductCerts{}
		for _, intermediate := range [][]byte{given.Ask, given.Asvk} {
			if len(intermediate) == 0 {
				continue
			}
			if err := certificates.Decode(intermediate, given.Ark); err != nil {
				return nil, err
			}
		}
		product := trust.AMDRootCertsProduct(given.Product)
		product.ProductCerts = certificates
		roots[given.Product] = append(roots[given.Product], product)
	}
	return &verify.Options{
		CheckRevocations:    len(one.Crl) > 0,
		DisableCertFetching: true,
		Getter:              crlGetter{one.Crl},
		Now:                 time.Unix(one.At, 0),
		TrustedRoots:        roots,
	}, nil
}

// widestPolicy takes every guest; what is left are the checks of the report against its certificate and itself.
func widestPolicy() *validate.Options {
	return &validate.Options{
		GuestPolicy:               abi.SnpPolicy{SMT: true, MigrateMA: true, Debug: true, CXLAllowed: true},
		PermitProvisionalFirmware: true,
	}
}
