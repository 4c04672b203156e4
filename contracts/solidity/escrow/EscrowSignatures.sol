// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {EscrowLedger} from "./EscrowLedger.sol";
import {Agreement, OperatorLimit} from "./EscrowTypes.sol";
import {Recover} from "./Recover.sol";

/// @title Whose signature counts: a party's own, its smart account's (EIP-1271), or its operator's within limits
abstract contract EscrowSignatures is EscrowLedger {
    bytes32 internal constant AGREEMENT_TYPEHASH = keccak256(
        "Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
    );
    bytes32 internal constant SETTLEMENT_TYPEHASH = keccak256("Settlement(bytes32 leaseId,uint96 amount)");
    bytes32 internal constant CREDIT_TYPEHASH = keccak256("Credit(bytes32 leaseId,uint32 creditSeconds)");

    mapping(address tenant => mapping(address operator => mapping(address token => OperatorLimit))) private
        _operators;

    /// @notice Lets an operator sign, top up and end leases in the caller's name, in one token, within limits.
    /// @param ratePerHourCap highest rate of any one lease, token base units per hour
    /// @param totalCap deposits and top-ups that it may commit from now on, token base units; what comes back does not count again
    /// @param until unix seconds; 0 ends the operator's powers at once
    function setOperator(
        address operator,
        address token,
        uint96 ratePerHourCap,
        uint96 totalCap,
        uint40 until
    ) external {
        if (operator == address(0)) revert ZeroAddress();
        _operators[msg.sender][operator][token] = OperatorLimit(ratePerHourCap, totalCap, until);
        emit OperatorSet(msg.sender, operator, token, ratePerHourCap, totalCap, until);
    }

    function operatorLimit(address tenant, address operator, address token)
        external
        view
        returns (OperatorLimit memory)
    {
        return _operators[tenant][operator][token];
    }

    /// @notice The digest that both parties sign.
    function hashAgreement(Agreement calldata agreement) external view returns (bytes32) {
        return _hashTypedDataV4(_structHash(agreement));
    }

    /// The calldata layout of the struct is its EIP-712 encoding; callers read every field, which checks the padding.
    function _structHash(Agreement calldata a) internal pure returns (bytes32 result) {
        bytes32 typeHash = AGREEMENT_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), a, 352)
            result := keccak256(free, 384)
        }
    }

    /// EIP-712's digest; a batch asks for the domain once.
    function _digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, hex"1901")
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), structHash)
            result := keccak256(free, 0x42)
        }
    }

    function _isOperator(address tenant, address caller, address token) internal view returns (bool) {
        return _operators[tenant][caller][token].until > block.timestamp;
    }

    /// Takes a commitment off what an operator may still spend.
    function _spendAsOperator(
        address tenant,
        address operator,
        address token,
        uint96 ratePerHour,
        uint96 amount
    ) internal {
        OperatorLimit storage limit = _operators[tenant][operator][token];
        uint96 remaining = limit.remaining;
        if (limit.until <= block.timestamp) revert OperatorExpired(operator, limit.until);
        if (ratePerHour > limit.ratePerHourCap) {
            revert OperatorRateExceeded(operator, ratePerHour, limit.ratePerHourCap);
        }
        if (amount > remaining) revert OperatorTotalExceeded(operator, amount, remaining);
        limit.remaining = remaining - amount;
    }

    /// A party that sends the transaction itself may leave its signature empty.
    function _requireTenant(Agreement calldata a, bytes32 digest, bytes calldata signature) internal {
        if (signature.length == 0 && msg.sender == a.tenant) return;
        address signer = Recover.fromBytes(digest, signature);
        if (signer == a.tenant) return;
        if (signer != address(0) && _knowsOperator(a.tenant, signer, a.token)) {
            _spendAsOperator(a.tenant, signer, a.token, a.ratePerHour, a.deposit);
            return;
        }
        _requireContractSignature(a.tenant, signer, digest, signature);
    }

    function _requireParty(address party, bytes32 digest, bytes calldata signature) internal view {
        if (signature.length == 0 && msg.sender == party) return;
        address signer = Recover.fromBytes(digest, signature);
        if (signer != party) _requireContractSignature(party, signer, digest, signature);
    }

    function _knowsOperator(address tenant, address operator, address token) private view returns (bool) {
        return _operators[tenant][operator][token].until != 0;
    }

    function _requireContractSignature(
        address party,
        address recovered,
        bytes32 digest,
        bytes calldata signature
    ) private view {
        if (
            party.code.length == 0
                || !SignatureChecker.isValidERC1271SignatureNowCalldata(party, digest, signature)
        ) revert SignatureInvalid(party, recovered);
    }
}
