// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @title BLS signatures on BN254 with signatures in G1, as drand's evmnet makes them
/// @notice Hash to curve by RFC 9380: expand_message_xmd with keccak-256 and the Shallue–van de Woestijne map for y² = x³ + 3 with Z = 1.
/// The precompiles do the curve and the powers.
library Bn254Signature {
    uint256 internal constant P =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    bytes internal constant DOMAIN = "BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_";

    /// -Z / 2
    uint256 private constant C2 = 0x183227397098d014dc2822db40c0ac2ecbc0b548b438e5469e10460b6c3e7ea3;
    /// The even root of -g(Z)(3Z² + 4A) = -12
    uint256 private constant C3 = 0x00000000000000016789af3a83522eb353c98fc6b36d713d5d8d1cc5dffffffa;
    /// -4 g(Z) / (3Z² + 4A) = -16 / 3
    uint256 private constant C4 = 0x10216f7ba065e00de81ac1e7808072c9dd2b2385cd7b438469602eb24829a9bd;
    uint256 private constant ROOT_EXPONENT =
        0x0c19139cb84c680a6e14116da060561765e05aa45a1c72a34f082305b61f3f52;

    // G2's generator, negated, in the precompile's order (imaginary part first).
    uint256 private constant NEG_G2_X1 =
        11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant NEG_G2_X0 =
        10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant NEG_G2_Y1 =
        17805874995975841540914202342111839520379459829704422454583296818431106115052;
    uint256 private constant NEG_G2_Y0 =
        13392588948715843804641432497768002650278120570034223513918757245338268106653;

    error PointInvalid();
    error PrecompileFailed();

    /// @param publicKey a point of G2 as x.imaginary, x.real, y.imaginary, y.real
    /// @return whether `signature` is the key's signature over `message`; false too for points off the curve
    function verify(uint256[4] memory publicKey, bytes32 message, uint256[2] memory signature)
        internal
        view
        returns (bool)
    {
        if (signature[0] >= P || signature[1] >= P) return false;
        uint256[2] memory hashed = hashToPoint(message);
        uint256[12] memory input = [
            signature[0],
            signature[1],
            NEG_G2_X1,
            NEG_G2_X0,
            NEG_G2_Y1,
            NEG_G2_Y0,
            hashed[0],
            hashed[1],
            publicKey[0],
            publicKey[1],
            publicKey[2],
            publicKey[3]
        ];
        uint256[1] memory output;
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 8, input, 384, output, 0x20)
        }
        return ok && output[0] == 1;
    }

    function hashToPoint(bytes32 message) internal view returns (uint256[2] memory point) {
        (uint256 u0, uint256 u1) = hashToField(message);
        uint256[2] memory a = mapToPoint(u0);
        uint256[2] memory b = mapToPoint(u1);
        uint256[4] memory input = [a[0], a[1], b[0], b[1]];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 6, input, 128, point, 64)
        }
        if (!ok) revert PrecompileFailed();
    }

    /// Two field elements of 48 bytes each from `expand_message_xmd`.
    function hashToField(bytes32 message) internal pure returns (uint256 u0, uint256 u1) {
        bytes memory domain = abi.encodePacked(DOMAIN, uint8(DOMAIN.length));
        // 136 zero bytes: keccak-256's block.
        bytes32 b0 = keccak256(abi.encodePacked(new bytes(136), message, uint16(96), uint8(0), domain));
        bytes32 b1 = keccak256(abi.encodePacked(b0, uint8(1), domain));
        bytes32 b2 = keccak256(abi.encodePacked(b0 ^ b1, uint8(2), domain));
        bytes32 b3 = keccak256(abi.encodePacked(b0 ^ b2, uint8(3), domain));
        // u0 = b1 ‖ first half of b2, u1 = second half of b2 ‖ b3, each of 384 bits, reduced mod P.
        u0 = addmod(mulmod(uint256(b1), 1 << 128, P), uint256(b2) >> 128, P);
        u1 = addmod(mulmod(uint256(uint128(uint256(b2))), _shift256(), P), uint256(b3) % P, P);
    }

    /// RFC 9380, appendix F.1.
    function mapToPoint(uint256 u) internal view returns (uint256[2] memory point) {
        if (u >= P) revert PointInvalid();
        uint256 tv1 = mulmod(mulmod(u, u, P), 4, P);
        uint256 tv2 = addmod(1, tv1, P);
        tv1 = addmod(1, P - tv1, P);
        uint256 tv3 = _power(mulmod(tv1, tv2, P), P - 2);
        uint256 tv4 = mulmod(mulmod(mulmod(u, tv1, P), tv3, P), C3, P);
        uint256 x = addmod(C2, P - tv4, P);
        (uint256 y, bool square) = _root(_curve(x));
        if (!square) {
            x = addmod(C2, tv4, P);
            (y, square) = _root(_curve(x));
        }
        if (!square) {
            x = mulmod(mulmod(tv2, tv2, P), tv3, P);
            x = addmod(mulmod(mulmod(x, x, P), C4, P), 1, P);
            (y, square) = _root(_curve(x));
            // One of the three always has a root.
            if (!square) revert PointInvalid();
        }
        if (u % 2 != y % 2) y = P - y;
        return [x, y];
    }

    function _curve(uint256 x) private pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
    }

    function _root(uint256 a) private view returns (uint256 root, bool square) {
        root = _power(a, ROOT_EXPONENT);
        square = mulmod(root, root, P) == a;
    }

    /// 2^256 mod P
    function _shift256() private pure returns (uint256) {
        return addmod(type(uint256).max % P, 1, P);
    }

    function _power(uint256 base, uint256 exponent) private view returns (uint256 result) {
        uint256[6] memory input = [uint256(32), 32, 32, base, exponent, P];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 5, input, 192, input, 0x20)
            result := mload(input)
        }
        if (!ok) revert PrecompileFailed();
    }
}
