// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {AgreementFields} from "./AgreementFields.sol";
import {Agreement, LeaseStatus} from "./EscrowTypes.sol";
import {LeaseBook} from "./LeaseBook.sol";
import {LeaseWord, LeaseWords} from "./LeaseWord.sol";

/// @title Leases are opened by two signatures, or their salts spent
abstract contract LeaseOpening is LeaseBook {
    using AgreementFields for Agreement;

    // Whole and once more: the compiler works out the hash of a literal, and of nothing put together.
    bytes32 private constant GANG_TYPEHASH = keccak256(
        "Gang(Agreement[] agreements)Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
    );

    /// @notice Opens a lease and sets its deposit aside. Anyone may send it; each party signs, or is the sender.
    function open(Agreement calldata agreement, bytes calldata tenantSig, bytes calldata providerSig)
        external
        returns (bytes32 leaseId)
    {
        return _open(agreement, tenantSig, providerSig, _newLease(), _domainSeparatorV4());
    }

    /// @notice Opens several leases, all or none.
    function openBatch(
        Agreement[] calldata agreements,
        bytes[] calldata tenantSigs,
        bytes[] calldata providerSigs
    ) external {
        uint256 count = agreements.length;
        if (tenantSigs.length != count) revert LengthMismatch(count, tenantSigs.length);
        if (providerSigs.length != count) revert LengthMismatch(count, providerSigs.length);
        LeaseWord blank = _newLease();
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i; i < count; ++i) {
            _open(agreements[i], tenantSigs[i], providerSigs[i], blank, domain);
        }
    }

    /// @notice Opens the leases of a gang, all or none. The tenant signs all of them at once, and that signature opens no part of them: EIP-712
    /// `Gang(Agreement[] agreements)`.
    function openGang(
        Agreement[] calldata agreements,
        bytes calldata tenantSig,
        bytes[] calldata providerSigs
    ) external {
        uint256 count = agreements.length;
        if (providerSigs.length != count) revert LengthMismatch(count, providerSigs.length);
        if (count == 0) return;
        LeaseWord blank = _newLease();
        bytes32 domain = _domainSeparatorV4();
        bytes32[] memory structHashes = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            structHashes[i] = agreements[i].structHash();
        }
        address tenant = agreements[0].rawTenant();
        address operator =
            _tenantSigner(tenant, agreements[0].rawToken(), _gangDigest(domain, structHashes), tenantSig);
        for (uint256 i; i < count; ++i) {
            Agreement calldata a = agreements[i];
            if (a.rawTenant() != tenant) revert SignatureInvalid(a.rawTenant(), tenant);
            _requireOpenable(a, blank);
            _book(a, structHashes[i], _digest(domain, structHashes[i]), operator, providerSigs[i], blank);
        }
    }

    /// @notice Makes sure that no agreement with this salt can be opened in the caller's name.
    function cancel(bytes32 salt) external {
        bytes32 leaseId = leaseIdOf(msg.sender, salt);
        LeaseStatus status = _leases[leaseId].status();
        if (status != LeaseStatus.None) revert LeaseExists(leaseId, status);
        _leases[leaseId] = LeaseWords.cancelled();
        emit AgreementCancelled(leaseId, msg.sender, salt);
    }

    /// What is fixed for every lease that opens now.
    function _newLease() private view returns (LeaseWord) {
        Config memory config = _config;
        if (config.newLeasesPaused) revert NewLeasesPaused();
        return LeaseWords.opening(block.timestamp, config.treasuryFeeBps, config.noticePeriod);
    }

    function _open(
        Agreement calldata a,
        bytes calldata tenantSig,
        bytes calldata providerSig,
        LeaseWord blank,
        bytes32 domain
    ) private returns (bytes32 leaseId) {
        _requireOpenable(a, blank);
        bytes32 structHash = a.structHash();
        bytes32 digest = _digest(domain, structHash);
        address operator = _tenantSigner(a.rawTenant(), a.rawToken(), digest, tenantSig);
        return _book(a, structHash, digest, operator, providerSig, blank);
    }

    /// That a lease could begin on these terms now, whoever signed them.
    function _requireOpenable(Agreement calldata a, LeaseWord blank) private view {
        if (!a.isClean()) revert AgreementInvalid("padding");
        if (block.timestamp > a.startBy) revert AgreementExpired(a.startBy, block.timestamp);
        if (a.rawTenant() == address(0) || a.rawProvider() == address(0)) revert ZeroAddress();
        unchecked {
            uint256 fee = blank.treasuryFeeBps();
            uint256 indexerBps = a.rawIndexerFeeBps();
            if (indexerBps != 0 && a.rawIndexer() == address(0)) revert AgreementInvalid("indexerFeeBps");
            if (indexerBps + fee > Accrual.BPS) revert FeesTooHigh(indexerBps, fee);
            // A deposit that pays for less than a second would end before it began.
            if (a.rawDeposit() * Accrual.SECONDS_PER_HOUR < a.rawRatePerHour()) {
                revert AgreementInvalid("deposit");
            }
        }
    }

    /// Opens what its tenant, or `operator` in its name, has signed.
    function _book(
        Agreement calldata a,
        bytes32 structHash,
        bytes32 digest,
        address operator,
        bytes calldata providerSig,
        LeaseWord blank
    ) private returns (bytes32 leaseId) {
        leaseId = leaseIdOf(a.rawTenant(), a.salt);
        LeaseWord word = _leases[leaseId];
        if (word.status() != LeaseStatus.None) revert LeaseExists(leaseId, word.status());
        _requireParty(a.rawProvider(), digest, providerSig);

        word = blank.withCommitment(structHash);
        _leases[leaseId] = operator == address(0) ? word : _openedBy(a, operator, leaseId, word);
        _debit(a.rawTenant(), a.rawToken(), a.rawDeposit());
        _emitOpened(leaseId, a, blank.treasuryFeeBps());
    }

    function _gangDigest(bytes32 domain, bytes32[] memory structHashes) private pure returns (bytes32) {
        return
            _digest(domain, keccak256(abi.encode(GANG_TYPEHASH, keccak256(abi.encodePacked(structHashes)))));
    }

    /// `emit LeaseOpened(...)`, with the agreement copied whole.
    function _emitOpened(bytes32 leaseId, Agreement calldata a, uint256 fee) private {
        uint256 end = Accrual.fundedUntil(a, block.timestamp, a.rawDeposit(), 0);
        bytes32 signature = LeaseOpened.selector;
        address tenant = a.rawTenant();
        address provider = a.rawProvider();
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, a, 352)
            mstore(add(free, 352), end)
            mstore(add(free, 384), fee)
            log4(free, 416, signature, leaseId, tenant, provider)
        }
    }
}
