// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {AgreementFields} from "./AgreementFields.sol";
import {EscrowLedger} from "./EscrowLedger.sol";
import {Agreement, OperatorLimit} from "./EscrowTypes.sol";
import {Recover} from "./Recover.sol";

/// @title Whose signature counts: a party's own, its smart account's (EIP-1271), or its operator's within limits
abstract contract EscrowSignatures is EscrowLedger {
    using AgreementFields for Agreement;

    bytes32 internal constant SETTLEMENT_TYPEHASH =
        keccak256("Settlement(bytes32 leaseId,uint96 amount,uint40 until)");
    bytes32 internal constant CREDIT_TYPEHASH = keccak256("Credit(bytes32 leaseId,uint32 creditSeconds)");

    mapping(address tenant => mapping(address operator => mapping(address token => OperatorLimit))) private
        _operators;

    /// @notice Lets an operator sign, top up and end leases in the caller's name, in one token, within limits.
    /// @param ratePerHourCap highest rate of all leases together that it opened and nobody has closed, token base units per hour
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
        OperatorLimit storage limit = _operators[msg.sender][operator][token];
        (limit.ratePerHourCap, limit.remaining, limit.until) = (ratePerHourCap, totalCap, until);
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
        return _digest(_domainSeparatorV4(), agreement.structHash());
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

    /// Takes a lease's deposit and rate off what an operator may still do.
    function _openAsOperator(Agreement calldata a, address operator) internal {
        OperatorLimit storage limit = _operators[a.tenant][operator][a.token];
        uint256 rate = uint256(limit.openRatePerHour) + a.ratePerHour;
        _spendAsOperator(limit, operator, rate, a.deposit);
        // It fits: the cap does.
        limit.openRatePerHour = uint96(rate);
    }

    /// Gives an operator back the rate of a lease that it opened and that ended.
    function _endAsOperator(Agreement calldata a, address operator) internal {
        _operators[a.tenant][operator][a.token].openRatePerHour -= a.ratePerHour;
    }

    /// Takes a top-up off what an operator may still spend; it may not lengthen what is beyond its cap, or what it could not have opened.
    function _topUpAsOperator(Agreement calldata a, address operator, uint96 amount) internal {
        OperatorLimit storage limit = _operators[a.tenant][operator][a.token];
        uint256 open = limit.openRatePerHour;
        _spendAsOperator(limit, operator, open > a.ratePerHour ? open : a.ratePerHour, amount);
    }

    function _spendAsOperator(OperatorLimit storage limit, address operator, uint256 rate, uint96 amount)
        private
    {
        uint96 remaining = limit.remaining;
        if (limit.until <= block.timestamp) revert OperatorExpired(operator, limit.until);
        if (rate > limit.ratePerHourCap) revert OperatorRateExceeded(operator, rate, limit.ratePerHourCap);
        if (amount > remaining) revert OperatorTotalExceeded(operator, amount, remaining);
        limit.remaining = remaining - amount;
    }

    /// A party that sends the transaction itself may leave its signature empty.
    /// @return operator who signed in the tenant's name; zero when the tenant did itself
    function _tenantSigner(address tenant, address token, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (address operator)
    {
        if (signature.length == 0 && msg.sender == tenant) return address(0);
        address signer = Recover.fromBytes(digest, signature);
        if (signer == tenant) return address(0);
        if (signer != address(0) && _knowsOperator(tenant, signer, token)) return signer;
        _requireContractSignature(tenant, signer, digest, signature);
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
