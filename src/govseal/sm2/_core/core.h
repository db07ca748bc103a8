/* The whole core, without Python: contracts, then code. module.c and each of the native tests include
 * this once, as the only thing they compile.
 */
#ifndef GOVSEAL_CORE_H
#define GOVSEAL_CORE_H

#include "tier.h"
#include "util.h"

#include "modinv.h"

#include "field.h"
#include "field8.h"
#include "scalar.h"

#include "group.h"
#include "group8.h"

#include "der.h"
#include "ecmult.h"
#include "ecmult8.h"
#include "ecmult_const.h"
#include "ecmult_gen.h"
#include "ecmult_gen8.h"
#include "random.h"
#include "sm3.h"

#include "sm3_hmac.h"
#include "sm3_kdf.h"
#include "nonce.h"

#include "signature.h"

#include "encryption.h"
#include "prepared.h"

#include "batch.h"
#include "verify8.h"

#include "modinv_impl.h"

#include "field_impl.h"
#include "field8_impl.h"
#include "scalar_impl.h"

#include "group_impl.h"
#include "group8_impl.h"

#include "der_impl.h"
#include "ecmult_const_impl.h"
#include "ecmult_gen_impl.h"
#include "ecmult_gen8_impl.h"
#include "ecmult_impl.h"
#include "ecmult8_impl.h"
#include "ecmult8_one_impl.h"
#include "sm3_impl.h"

#include "sm3_hmac_impl.h"
#include "sm3_kdf_impl.h"
#include "nonce_impl.h"
#include "sm3_many_impl.h"

#include "signature_impl.h"

#include "encryption_impl.h"
#include "prepared_impl.h"

#include "batch_impl.h"
#include "verify8_impl.h"

#endif
