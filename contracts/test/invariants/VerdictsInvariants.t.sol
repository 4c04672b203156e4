// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {CaseStatus, VerdictParameters} from "../../solidity/verdicts/IVerdicts.sol";
import {Verdicts} from "../../solidity/verdicts/Verdicts.sol";
import {FixedBeacon} from "../epochs/FixedBeacon.sol";
import {People} from "./People.sol";
import {VerdictsHandler} from "./VerdictsHandler.sol";

/// Only a drawn committee's quorum counts, of checkers with stake, about what they can know; one verdict for each (epoch, target, kind);
/// appeals within a window; an upheld outage is credited, whoever executes it.
contract VerdictsInvariants is People {
    uint96 private constant SLASH = 1e5;
    Verdicts private _verdicts;
    VerdictsHandler private _handler;
    NetworkToken private _token;
    address private constant TREASURY = address(0x7EA);

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), PEOPLE * 2 * STAKE);
        NodeRegistry registry = new NodeRegistry(address(this), _token, 1 days, TREASURY);
        Escrow escrow = new Escrow(address(this), IPayouts(address(registry)), TREASURY, 200, 1 hours);
        TestDollar dollar = new TestDollar();
        escrow.allowToken(address(dollar), true);
        Epochs epochs = new Epochs(registry, new FixedBeacon(), uint64(time() + 900), 900);
        _verdicts = new Verdicts(
            address(this),
            epochs,
            registry,
            escrow,
            _token,
            TREASURY,
            VerdictParameters(3, 300, 300, 900, 1 days, SLASH, 1e4, 3)
        );
        registry.setVerdicts(address(_verdicts));
        escrow.setVerdicts(address(_verdicts));
        // Half of it is staked, the rest pays for appeals.
        for (uint256 i; i < PEOPLE; ++i) {
            _token.transfer(personAt(i), 2 * STAKE);
        }
        _handler = new VerdictsHandler(_verdicts, epochs, registry, escrow, dollar);
        target(address(_handler));
    }

    function invariant_verdicts() public view {
        vm.assertEq(_handler.violation(), "");
        uint256 bonds;
        for (uint256 i; i < _handler.caseCount(); ++i) {
            bytes32 caseId = _handler.cases(i);
            vm.assertLe(_handler.executions(caseId), 1);
            if (_verdicts.caseOf(caseId).status == CaseStatus.Appealed) ++bonds;
        }
        vm.assertEq(
            _token.balanceOf(address(_verdicts)), bonds * 1e4, "only the bonds of open appeals lie here"
        );
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheVerdicts() public {
        for (uint256 who; who < 5; ++who) {
            _handler.open(who, 0, 1, 1, false);
        }
        vm.assertEq(_handler.caseCount(), 1);
        _handler.voteTogether(0, 0, true, true);
        vm.assertEq(_handler.upheld(), 1);
        _handler.execute(0);
        vm.assertEq(_handler.executions(_handler.cases(0)), 0);
        _handler.appeal(0, 6);
        _handler.voteTogether(0, 1, true, true);
        vm.assertEq(_handler.upheld(), 2);
        _handler.showStatement(0, false);
        _handler.execute(0);
        vm.assertEq(_handler.executions(_handler.cases(0)), 1);
        vm.assertEq(_handler.slashed(), SLASH);
        invariant_verdicts();
    }

    function test_theHandlerReachesOutages() public {
        for (uint256 who; who < 5; ++who) {
            _handler.openOutage(who, 0, 1);
            _handler.openOutage(who, 1, 1);
        }
        vm.assertEq(_handler.caseCount(), 2);
        _handler.voteTogether(0, 0, false, true);
        _handler.pass(400);
        _handler.pass(400);
        _handler.pass(400);
        _handler.executeOutage(0, true);
        vm.assertEq(_handler.executions(_handler.cases(0)), 0);
        _handler.executeOutage(0, false);
        vm.assertEq(_handler.executions(_handler.cases(0)), 1);
        vm.assertGt(_handler.credited(), 0);
        invariant_verdicts();
    }

    function test_theHandlerReachesEquivocation() public {
        _handler.equivocate(0, 1, false, false);
        vm.assertEq(_handler.equivocations(), 0);
        _handler.equivocate(0, 1, true, false);
        _handler.equivocate(0, 1, true, false);
        vm.assertEq(_handler.equivocations(), 1);
        vm.assertEq(_handler.slashed(), SLASH);
        invariant_verdicts();
    }
}
