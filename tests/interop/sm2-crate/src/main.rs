//! The crate `sm2` as an oracle. Its arithmetic modulo p and modulo n is code that fiat-crypto wrote
//! together with a machine-checked proof.
//!
//! Reads records from standard input, writes one result for each to standard output; numbers are 32
//! bytes big-endian. A record is an operation, one byte, and its numbers:
//!
//!     field    + a b   - a b   * a b   n a (-a)   s a (a²)   i a (1/a, 0 for 0)       below p
//!     scalars  A a b   S a b   M a b   N a        I a                                 below n
//!     points   G k (k·G)       P x y k (k·(x, y))       V x y e r s (whether r ‖ s signs e)
//!
//! A point is answered as x ‖ y, infinity as 64 zero bytes, V as one byte. What is out of range
//! ends the program.

use primeorder::elliptic_curve::ff::PrimeField;
use primeorder::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use primeorder::PrimeCurveParams;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature, VerifyingKey};
use sm2::{AffinePoint, EncodedPoint, FieldBytes, ProjectivePoint, Scalar, Sm2};
use std::io::{self, BufReader, BufWriter, Read, Write};

type FieldElement = <Sm2 as PrimeCurveParams>::FieldElement;

fn bytes(input: &mut impl Read) -> io::Result<FieldBytes> {
    let mut number = FieldBytes::default();
    input.read_exact(&mut number)?;
    Ok(number)
}

fn element<F: PrimeField<Repr = FieldBytes>>(input: &mut impl Read) -> io::Result<F> {
    let number = bytes(input)?;
    Ok(Option::from(F::from_repr(number)).expect("a number below the modulus"))
}

/// One operation in either field, named as for integers modulo p.
fn arithmetic<F: PrimeField<Repr = FieldBytes>>(
    operation: u8,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    let a: F = element(input)?;
    let result = match operation {
        b'+' => a + element::<F>(input)?,
        b'-' => a - element::<F>(input)?,
        b'*' => a * element::<F>(input)?,
        b'n' => -a,
        b's' => a.square(),
        _ => Option::from(a.invert()).unwrap_or(F::ZERO),
    };
    output.write_all(&result.to_repr())
}

fn point(input: &mut impl Read) -> io::Result<EncodedPoint> {
    let (x, y) = (bytes(input)?, bytes(input)?);
    Ok(EncodedPoint::from_affine_coordinates(&x, &y, false))
}

fn affine(encoded: &EncodedPoint) -> AffinePoint {
    Option::from(AffinePoint::from_encoded_point(encoded)).expect("a point of the curve")
}

fn write_point(output: &mut impl Write, point: ProjectivePoint) -> io::Result<()> {
    let encoded = point.to_affine().to_encoded_point(false);
    match (encoded.x(), encoded.y()) {
        (Some(x), Some(y)) => {
            output.write_all(x)?;
            output.write_all(y)
        }
        _ => output.write_all(&[0; 64]),
    }
}

fn verify(input: &mut impl Read) -> io::Result<u8> {
    let key = VerifyingKey::from_affine("", affine(&point(input)?)).expect("a key");
    let digest = bytes(input)?;
    let (r, s) = (bytes(input)?, bytes(input)?);
    Ok(match Signature::from_scalars(r, s) {
        Ok(signature) => key.verify_prehash(&digest, &signature).is_ok().into(),
        Err(_) => 0,
    })
}

fn answer(operation: u8, input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    match operation {
        b'+' | b'-' | b'*' | b'n' | b's' | b'i' => {
            arithmetic::<FieldElement>(operation, input, output)
        }
        b'A' => arithmetic::<Scalar>(b'+', input, output),
        b'S' => arithmetic::<Scalar>(b'-', input, output),
        b'M' => arithmetic::<Scalar>(b'*', input, output),
        b'N' => arithmetic::<Scalar>(b'n', input, output),
        b'I' => arithmetic::<Scalar>(b'i', input, output),
        b'G' => write_point(output, ProjectivePoint::GENERATOR * element::<Scalar>(input)?),
        b'P' => {
            let base = ProjectivePoint::from(affine(&point(input)?));
            write_point(output, base * element::<Scalar>(input)?)
        }
        b'V' => {
            let is_valid = verify(input)?;
            output.write_all(&[is_valid])
        }
        _ => panic!("no such operation: {operation}"),
    }
}

fn main() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    let mut operation = [0];
    while input.read(&mut operation)? == 1 {
        answer(operation[0], &mut input, &mut output)?;
    }
    output.flush()
}
