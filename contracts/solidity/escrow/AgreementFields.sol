// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement} from "./EscrowTypes.sol";

/// @title The fields of an agreement as they lie in the call's data
/// @notice The compiler checks a field's padding at every reading. Opening checks all of it once, and whatever comes later brings the same
/// words, for it must match what was opened.
library AgreementFields {
    bytes32 private constant TYPEHASH = keccak256(
        "Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
    );

    /// @notice Whether every field fits its type.
    function isClean(Agreement calldata a) internal pure returns (bool clean) {
        assembly ("memory-safe") {
            let over := shr(160, calldataload(a))
            over := or(over, shr(160, calldataload(add(a, 0x20))))
            over := or(over, shr(160, calldataload(add(a, 0x40))))
            over := or(over, shr(160, calldataload(add(a, 0x60))))
            over := or(over, shr(96, calldataload(add(a, 0x80))))
            over := or(over, shr(96, calldataload(add(a, 0xa0))))
            over := or(over, shr(32, calldataload(add(a, 0xc0))))
            over := or(over, shr(16, calldataload(add(a, 0xe0))))
            over := or(over, shr(40, calldataload(add(a, 0x140))))
            clean := iszero(over)
        }
    }

    /// @notice EIP-712's hash of the struct: its layout in the call's data is its encoding.
    function structHash(Agreement calldata a) internal pure returns (bytes32 result) {
        bytes32 typeHash = TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), a, 352)
            result := keccak256(free, 384)
        }
    }

    function rawTenant(Agreement calldata a) internal pure returns (address) {
        return _addressAt(a, 0x00);
    }

    function rawProvider(Agreement calldata a) internal pure returns (address) {
        return _addressAt(a, 0x20);
    }

    function rawIndexer(Agreement calldata a) internal pure returns (address) {
        return _addressAt(a, 0x40);
    }

    function rawToken(Agreement calldata a) internal pure returns (address) {
        return _addressAt(a, 0x60);
    }

    function rawRatePerHour(Agreement calldata a) internal pure returns (uint256) {
        return _numberAt(a, 0x80);
    }

    function rawDeposit(Agreement calldata a) internal pure returns (uint256) {
        return _numberAt(a, 0xa0);
    }

    function rawMaxDuration(Agreement calldata a) internal pure returns (uint256) {
        return _numberAt(a, 0xc0);
    }

    function rawIndexerFeeBps(Agreement calldata a) internal pure returns (uint256) {
        return _numberAt(a, 0xe0);
    }

    function _addressAt(Agreement calldata a, uint256 place) private pure returns (address value) {
        assembly ("memory-safe") {
            value := calldataload(add(a, place))
        }
    }

    function _numberAt(Agreement calldata a, uint256 place) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(a, place))
        }
    }
}
