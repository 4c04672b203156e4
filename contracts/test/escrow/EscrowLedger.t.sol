// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {
    FeeToken,
    ReenteringToken,
    RevertingToken,
    ShrinkingToken,
    SwallowingToken
} from "../tokens/HostileTokens.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract EscrowLedgerTest is EscrowFixture {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    function dollarDigest(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", dollar.DOMAIN_SEPARATOR(), structHash));
    }

    // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_deposit_isTheSenders() public {
        dollar.mint(stranger, 100);
        vm.startPrank(stranger);
        dollar.approve(address(escrow), 100);
        vm.expectEmit(address(escrow));
        emit IEscrow.Deposited(stranger, address(dollar), 100, stranger);
        escrow.deposit(address(dollar), 100);
        vm.stopPrank();
        vm.assertEq(balance(stranger), 100);
    }

    function test_deposit_refusesNothingAndNobody() public {
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.deposit(address(dollar), 0);
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.depositFor(address(0), address(dollar), 1);
    }

    function test_deposit_refusesTokensNotAllowed() public {
        address token = address(networkToken);
        bytes memory why = abi.encodeWithSelector(IEscrow.TokenNotAllowed.selector, token);
        vm.expectRevert(why);
        escrow.deposit(token, 1);
        vm.expectRevert(why);
        escrow.depositWithPermit(token, 1, time(), 27, 0, 0);
        vm.expectRevert(why);
        escrow.depositWithAuthorization(tenant, token, 1, 0, time() + 1, 0, 27, 0, 0);
    }

    function test_depositWithPermit_needsNoApproval() public {
        dollar.mint(tenant, 500);
        bytes32 structHash = keccak256(abi.encode(PERMIT, tenant, address(escrow), 500, 0, time() + 60));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, dollarDigest(structHash));
        uint256 before = balance(tenant);
        vm.prank(tenant);
        escrow.depositWithPermit(address(dollar), 500, time() + 60, v, r, s);
        vm.assertEq(balance(tenant) - before, 500);
    }

    function test_depositWithPermit_survivesSomebodyUsingThePermitFirst() public {
        dollar.mint(tenant, 500);
        bytes32 structHash = keccak256(abi.encode(PERMIT, tenant, address(escrow), 500, 0, time() + 60));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, dollarDigest(structHash));
        dollar.permit(tenant, address(escrow), 500, time() + 60, v, r, s);
        vm.prank(tenant);
        escrow.depositWithPermit(address(dollar), 500, time() + 60, v, r, s);
        vm.assertEq(dollar.balanceOf(tenant), 0);
    }

    function test_depositWithAuthorization_isTheSignersWhoeverSendsIt() public {
        dollar.mint(tenant, 500);
        uint256 before = balance(tenant);
        uint256 until = time() + 60;
        bytes32 structHash =
            keccak256(abi.encode(RECEIVE, tenant, address(escrow), 500, 0, until, bytes32("n")));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, dollarDigest(structHash));
        vm.prank(stranger);
        escrow.depositWithAuthorization(tenant, address(dollar), 500, 0, until, "n", v, r, s);
        vm.assertEq(balance(tenant) - before, 500);
        vm.expectRevert();
        escrow.depositWithAuthorization(tenant, address(dollar), 500, 0, until, "n", v, r, s);
    }

    // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────

    function test_withdraw_someAndAll() public {
        fund(stranger, 100);
        vm.startPrank(stranger);
        escrow.withdraw(address(dollar), 30);
        vm.assertEq(dollar.balanceOf(stranger), 30);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, stranger, address(dollar), 71, 70)
        );
        escrow.withdraw(address(dollar), 71);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.assertEq(dollar.balanceOf(stranger), 100);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.stopPrank();
    }

    function test_withdraw_ofANodeGoesToItsPayoutAddressOnly() public {
        address cold = address(0xC01D);
        vm.prank(provider);
        registry.register(Role.Provider, "https://p", bytes32("key"), cold, 0);
        fund(provider, 100);
        vm.prank(provider);
        escrow.withdraw(address(dollar), 100);
        vm.assertEq(dollar.balanceOf(cold), 100);
    }

    function test_withdraw_worksWhilePausedAndAfterATokenIsNoLongerAllowed() public {
        vm.prank(guardian);
        escrow.pauseNewLeases();
        escrow.allowToken(address(dollar), false);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), 1);
    }

    function test_collectFees_sendsTheTreasuryItsShare() public {
        Agreement memory a = openLease();
        skip(1000);
        vm.prank(tenant);
        escrow.close(a);
        vm.prank(stranger);
        escrow.collectFees(address(dollar));
        vm.assertEq(dollar.balanceOf(treasury), 20);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.collectFees(address(dollar));
    }

    // ── tokens that misbehave ─────────────────────────────────────────────────────────────────────────────────

    function test_feeOnTransfer_isRefused() public {
        FeeToken token = new FeeToken();
        escrow.allowToken(address(token), true);
        token.mint(address(this), 100);
        token.approve(address(escrow), 100);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.TokenMovedOtherAmount.selector, address(token), 100, 99)
        );
        escrow.deposit(address(token), 100);
    }

    function test_shrinkingToken_hurtsOnlyItsOwnHolders() public {
        ShrinkingToken token = new ShrinkingToken();
        escrow.allowToken(address(token), true);
        token.mint(address(this), 100);
        token.approve(address(escrow), 100);
        escrow.depositFor(stranger, address(token), 100);
        token.shrink(address(escrow), 60);
        vm.prank(stranger);
        vm.expectRevert();
        escrow.withdraw(address(token), 100);
        vm.prank(stranger);
        escrow.withdraw(address(token), 40);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), type(uint256).max);
    }

    function test_revertingToken_closesLeasesAndHurtsOnlyItsOwnHolders() public {
        RevertingToken token = new RevertingToken();
        escrow.allowToken(address(token), true);
        token.mint(address(this), 10_000);
        token.approve(address(escrow), 10_000);
        escrow.depositFor(tenant, address(token), 10_000);
        Agreement memory a = terms();
        a.token = address(token);
        openLease(a);
        token.setStuck(true, false);
        skip(100);
        vm.prank(tenant);
        escrow.close(a);
        vm.prank(tenant);
        vm.expectRevert(RevertingToken.NoTransfers.selector);
        escrow.withdraw(address(token), 1);
        token.setStuck(true, true);
        vm.prank(tenant);
        vm.expectRevert();
        escrow.withdraw(address(token), 1);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), 1);
        token.setStuck(false, false);
        vm.prank(tenant);
        escrow.withdraw(address(token), type(uint256).max);
    }

    function test_reenteringToken_getsNothingTwice() public {
        ReenteringToken token = new ReenteringToken();
        escrow.allowToken(address(token), true);
        token.mint(address(this), 100);
        token.approve(address(escrow), 100);
        escrow.deposit(address(token), 100);
        token.arm(address(escrow), abi.encodeCall(escrow.withdraw, (address(token), 1)));
        escrow.withdraw(address(token), 50);
        vm.assertFalse(token.succeeded());
        token.arm(address(escrow), abi.encodeCall(escrow.collectFees, (address(token))));
        escrow.withdraw(address(token), 50);
        vm.assertFalse(token.succeeded());
        vm.assertEq(token.balanceOf(address(this)), 100);
    }

    function test_reenteringToken_cannotCountADepositTwice() public {
        ReenteringToken token = new ReenteringToken();
        escrow.allowToken(address(token), true);
        token.mint(address(this), 100);
        token.approve(address(escrow), 100);
        token.arm(address(escrow), abi.encodeCall(escrow.depositFor, (stranger, address(token), 1)));
        escrow.deposit(address(token), 100);
        vm.assertFalse(token.succeeded());
        vm.assertEq(escrow.balanceOf(address(this), address(token)), 100);
    }

    // ── parameters ────────────────────────────────────────────────────────────────────────────────────────────

    function test_parameters_areTheOwnersWithinBounds() public {
        bytes memory why = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(why);
        escrow.allowToken(address(1), true);
        vm.expectRevert(why);
        escrow.setTreasury(stranger, 0);
        vm.expectRevert(why);
        escrow.setNoticePeriod(0);
        vm.expectRevert(why);
        escrow.setGuardian(stranger);
        vm.expectRevert(why);
        escrow.setVerdicts(stranger);
        vm.expectRevert(why);
        escrow.unpauseNewLeases();
        vm.stopPrank();

        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.allowToken(address(0), true);
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.setTreasury(address(0), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.ParameterOutOfRange.selector, "treasuryFeeBps", 1001, 1000)
        );
        escrow.setTreasury(treasury, 1001);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.ParameterOutOfRange.selector, "noticePeriod", 7 days + 1, 7 days)
        );
        escrow.setNoticePeriod(7 days + 1);

        escrow.setTreasury(stranger, 5);
        escrow.setNoticePeriod(60);
        vm.assertEq(escrow.treasury(), stranger);
        vm.assertEq(escrow.treasuryFeeBps(), 5);
        vm.assertEq(escrow.noticePeriod(), 60);
    }

    function test_guardian_holdsBackNewLeasesAndNothingElse() public {
        escrow.setNoticePeriod(0);
        Agreement memory running = openLease();
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorised.selector, stranger, guardian));
        vm.prank(stranger);
        escrow.pauseNewLeases();
        vm.prank(guardian);
        escrow.pauseNewLeases();
        vm.assertTrue(escrow.newLeasesPaused());
        vm.expectRevert(IEscrow.NewLeasesPaused.selector);
        escrow.open(a, ts, ps);
        skip(10);
        escrow.withdrawLease(running);
        vm.prank(tenant);
        escrow.topUp(running, 1);
        vm.prank(tenant);
        escrow.close(running);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
        vm.prank(guardian);
        escrow.unpauseNewLeases();
        escrow.unpauseNewLeases();
        escrow.open(a, ts, ps);
        escrow.pauseNewLeases();
    }

    function test_feeOfARunningLeaseIsTheOneItWasOpenedWith() public {
        Agreement memory a = openLease();
        escrow.setTreasury(treasury, 1000);
        skip(1000);
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(escrow.feesOwed(address(dollar)), 20);
    }

    function test_tokenThatTakesFromItsReceiver_isRefused() public {
        SwallowingToken token = new SwallowingToken();
        escrow.allowToken(address(token), true);
        token.mint(address(escrow), 50);
        token.mint(address(this), 10);
        token.approve(address(escrow), 10);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.TokenMovedOtherAmount.selector, address(token), 10, 0));
        escrow.deposit(address(token), 10);
    }
}
