// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @title The signer of a digest, or zero for anything that is not one well-formed signature in its only accepted form
/// @notice The same rules as OpenZeppelin's `ECDSA` (65 bytes, or ERC-2098's two words; s in the lower half), written out because an
/// opening and a voucher spend most of their own gas here. A differential test holds the two together.
library Recover {
    /// @return signer zero unless `signature` is r, s, v of 65 bytes with s in the lower half
    function fromBytes(bytes32 digest, bytes calldata signature) internal view returns (address signer) {
        if (signature.length != 65) return address(0);
        uint256 v;
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := calldataload(signature.offset)
            s := calldataload(add(signature.offset, 0x20))
            v := byte(0, calldataload(add(signature.offset, 0x40)))
        }
        return _ecrecover(digest, v, r, s);
    }

    /// @param vs s, with the parity of R's y in its highest bit (ERC-2098)
    function fromShort(bytes32 digest, bytes32 r, bytes32 vs) internal view returns (address signer) {
        unchecked {
            return _ecrecover(digest, 27 + (uint256(vs) >> 255), r, bytes32(uint256(vs) << 1 >> 1));
        }
    }

    function _ecrecover(bytes32 digest, uint256 v, bytes32 r, bytes32 s)
        private
        view
        returns (address signer)
    {
        assembly ("memory-safe") {
            // Half the order of the curve: a signature's twin with n - s would recover to the same signer.
            if iszero(gt(s, 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0)) {
                let free := mload(0x40)
                mstore(free, digest)
                mstore(add(free, 0x20), v)
                mstore(add(free, 0x40), r)
                mstore(add(free, 0x60), s)
                mstore(0x00, 0)
                // The precompile writes nothing where there is no signer, and the zero stands.
                pop(staticcall(gas(), 1, free, 0x80, 0x00, 0x20))
                signer := mload(0x00)
            }
        }
    }
}
