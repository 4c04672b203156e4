// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Epochs} from "../epochs/Epochs.sol";
import {Agreement, LeaseStatus, LeaseView} from "../escrow/EscrowTypes.sol";
import {IEscrow} from "../escrow/IEscrow.sol";
import {INodeRegistry} from "../registry/INodeRegistry.sol";
import {Case, CaseKind, CaseStatus, Statement, VerdictParameters} from "./IVerdicts.sol";
import {Voting} from "./Voting.sol";

/// @title Verdicts of drawn committees, and what follows from them
/// @notice Only members of the committee that the epoch's seed drew vote; they commit before they reveal, so nobody copies. More than two
/// thirds of the committee must vote against the accused. There is one case for each (epoch, target, kind), and only about epochs so near
/// that all stakes in question are still there. After an appeal window, in which a larger committee can be called once, the effects follow:
/// an outage is credited, a node is jailed, and it is slashed only for a statement that it signed and that more than two thirds found false,
/// or for two contradicting ones.
contract Verdicts is Voting, EIP712 {
    bytes32 private constant STATEMENT_TYPEHASH =
        keccak256("Statement(address node,uint8 kind,uint64 epoch,bytes32 subject,bytes32 content)");

    IEscrow public immutable escrow;

    mapping(bytes32 caseId => mapping(bytes32 statement => bool)) private _shown;
    mapping(bytes32 => bool) private _equivocations;

    constructor(
        address owner_,
        Epochs epochs_,
        INodeRegistry registry_,
        IEscrow escrow_,
        IERC20 token_,
        address treasury_,
        VerdictParameters memory parameters_
    ) Voting(owner_, epochs_, registry_, token_, treasury_, parameters_) EIP712("Sublet Verdicts", "1") {
        escrow = escrow_;
    }

    // ── a case ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Opens a case about an open lease's outage. Any member of the committee that it would have may. The lease must be older than the
    /// epoch: its id draws the committee, and who knew the seed could have chosen a salt for it.
    /// @param checkers and `stakes`: the epoch's frozen set, as `CheckersFrozen` said
    function openOutage(
        uint64 epoch,
        Agreement calldata agreement,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) external returns (bytes32 caseId) {
        LeaseView memory lease = escrow.leaseView(agreement);
        uint256 start = epochs.startOf(epoch);
        if (lease.openedAt >= start) revert LeaseTooYoung(lease.leaseId, lease.openedAt, start);
        return _openCase(epoch, CaseKind.Outage, lease.leaseId, agreement.provider, checkers, stakes);
    }

    /// @notice Opens a case about a node's capacity or result.
    /// @param statement what the node signed about it; more can be shown later
    /// @param signature of the accused over the statement; empty where there is none to show
    function openAgainstNode(
        uint64 epoch,
        CaseKind kind,
        address accused,
        Statement calldata statement,
        bytes calldata signature,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) external returns (bytes32 caseId) {
        bytes32 target = bytes32(uint256(uint160(accused)));
        if (kind == CaseKind.Outage || accused == address(0)) revert TargetNotANode(target);
        caseId = _openCase(epoch, kind, target, accused, checkers, stakes);
        if (signature.length != 0) _show(caseId, statement, signature);
    }

    /// @notice Shows what the accused signed. Anyone may, as often as there is something to show: which statement was false is for the votes
    /// to say, so one shown first keeps no other out.
    function showStatement(bytes32 caseId, Statement calldata statement, bytes calldata signature) external {
        CaseStatus status = _cases[caseId].status;
        if (status != CaseStatus.Voting && status != CaseStatus.Appealed && status != CaseStatus.Upheld) {
            revert CaseInWrongState(caseId, status);
        }
        _show(caseId, statement, signature);
    }

    /// @notice Credits an outage to the tenant. A lease that has ended meanwhile is left as it is; whatever else stops the credit leaves the case
    /// to be executed again.
    function executeOutage(bytes32 caseId, Agreement calldata agreement) external {
        Case storage c = _requireFinal(caseId);
        bytes32 leaseId = escrow.leaseIdOf(agreement.tenant, agreement.salt);
        if (c.kind != CaseKind.Outage || leaseId != c.target) {
            revert AgreementNotTheTarget(leaseId, c.target);
        }
        c.status = CaseStatus.Executed;
        emit CaseExecuted(caseId, c.accused, 0);
        if (escrow.lease(leaseId).status == LeaseStatus.Open) escrow.creditByVerdict(agreement, c.value);
    }

    /// @notice Jails the accused, and slashes it where the statement that was found false was shown.
    function executeAgainstNode(bytes32 caseId) external {
        Case storage c = _requireFinal(caseId);
        if (c.kind == CaseKind.Outage) revert TargetNotANode(c.target);
        c.status = CaseStatus.Executed;
        uint96 slashed;
        if (_shown[caseId][c.statement]) {
            slashed = registry.slash(c.accused, _parameters.slashAmount, caseId);
        }
        registry.jail(c.accused, uint40(block.timestamp) + _parameters.jailSeconds, caseId);
        emit CaseExecuted(caseId, c.accused, slashed);
    }

    // ── equivocation needs no committee ───────────────────────────────────────────────────────────────────────

    /// @notice Slashes and jails a node that signed two contents for the same subject of the same kind in the same epoch.
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (uint96 slashed) {
        bytes32 key = _equivocationKey(a);
        if (key != _equivocationKey(b) || a.content == b.content) revert NoEquivocation();
        if (_equivocations[key]) revert EquivocationKnown(a.node, a.epoch, a.subject);
        _requireSigned(a, signatureA);
        _requireSigned(b, signatureB);
        _equivocations[key] = true;
        slashed = registry.slash(a.node, _parameters.slashAmount, key);
        registry.jail(a.node, uint40(block.timestamp) + _parameters.jailSeconds, key);
        emit EquivocationProved(a.node, a.epoch, a.kind, a.subject, slashed);
    }

    // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────

    function hashStatement(Statement calldata statement) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(STATEMENT_TYPEHASH, statement)));
    }

    /// @notice Whether the accused's signature over a statement (its hash) was shown in a case.
    function wasShown(bytes32 caseId, bytes32 statement) external view returns (bool) {
        return _shown[caseId][statement];
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _show(bytes32 caseId, Statement calldata statement, bytes calldata signature) private {
        Case storage c = _cases[caseId];
        if (statement.node != c.accused || statement.epoch != c.epoch || statement.kind != c.kind) {
            revert StatementSignatureInvalid(c.accused);
        }
        bytes32 hash = _requireSigned(statement, signature);
        _shown[caseId][hash] = true;
        emit StatementShown(caseId, hash, statement.node, statement.subject, statement.content);
    }

    function _requireSigned(Statement calldata statement, bytes calldata signature)
        private
        view
        returns (bytes32 hash)
    {
        hash = hashStatement(statement);
        if (!SignatureChecker.isValidSignatureNow(statement.node, hash, signature)) {
            revert StatementSignatureInvalid(statement.node);
        }
    }

    function _equivocationKey(Statement calldata s) private pure returns (bytes32) {
        return keccak256(abi.encode(s.node, s.kind, s.epoch, s.subject));
    }
}
