// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {
    Agreement,
    CloseReason,
    LeaseState,
    LeaseStatus,
    LeaseView
} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract EscrowLeasesTest is EscrowFixture {
    bytes32 private constant SETTLEMENT = keccak256("Settlement(bytes32 leaseId,uint96 amount,uint40 until)");
    bytes32 private constant CREDIT = keccak256("Credit(bytes32 leaseId,uint32 creditSeconds)");

    // ── opening ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_open_setsTheDepositAsideAndTellsEverything() public {
        Agreement memory a = terms();
        uint256 before = balance(tenant);
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        vm.expectEmit(address(escrow));
        emit IEscrow.LeaseOpened(leaseId, tenant, provider, a, uint40(time() + 3600), TREASURY_BPS);
        vm.prank(stranger);
        vm.assertEq(escrow.open(a, ts, ps), leaseId);
        vm.assertEq(before - balance(tenant), a.deposit);
        vm.assertEq(leaseId, keccak256(abi.encode(tenant, a.salt)));
        LeaseState memory state = escrow.lease(leaseId);
        vm.assertEq(uint256(state.status), uint256(LeaseStatus.Open));
        vm.assertEq(state.openedAt, time());
        vm.assertEq(state.treasuryFeeBps, TREASURY_BPS);
        vm.assertEq(escrow.fundedUntil(a), time() + 3600);
    }

    function test_open_takesTheSendersOwnConsentForASignature() public {
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        vm.prank(provider);
        escrow.open(a, ts, "");
        a = terms();
        bytes memory ps = providerSig(a);
        vm.prank(tenant);
        escrow.open(a, "", ps);
    }

    function test_open_refusesASecondTimeEvenAfterClosing() public {
        Agreement memory a = openLease();
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseExists.selector, leaseId, LeaseStatus.Open));
        escrow.open(a, ts, ps);
        vm.prank(tenant);
        escrow.close(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseExists.selector, leaseId, LeaseStatus.Closed));
        escrow.open(a, ts, ps);
    }

    function test_open_refusesAfterCancel() public {
        Agreement memory a = terms();
        vm.prank(tenant);
        escrow.cancel(a.salt);
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseExists.selector, leaseId, LeaseStatus.Cancelled));
        escrow.open(a, ts, ps);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseExists.selector, leaseId, LeaseStatus.Cancelled));
        vm.prank(tenant);
        escrow.cancel(a.salt);
    }

    function test_open_refusesStaleAgreements() public {
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        vm.warp(a.startBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.AgreementExpired.selector, a.startBy, time()));
        escrow.open(a, ts, ps);
    }

    function test_open_refusesATenantThatDrainedItsBalance() public {
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.InsufficientBalance.selector, tenant, address(dollar), a.deposit, 0
            )
        );
        vm.prank(provider);
        escrow.open(a, ts, "");
    }

    function test_open_refusesContradictions() public {
        Agreement memory a = terms();
        a.indexer = address(0);
        expectOpenRevert(a, abi.encodeWithSelector(IEscrow.AgreementInvalid.selector, "indexerFeeBps"));
        a = terms();
        a.indexerFeeBps = 9_801;
        expectOpenRevert(a, abi.encodeWithSelector(IEscrow.FeesTooHigh.selector, 9_801, TREASURY_BPS));
        a = terms(3_600_000, 999);
        expectOpenRevert(a, abi.encodeWithSelector(IEscrow.AgreementInvalid.selector, "deposit"));
        a = terms();
        a.provider = address(0);
        expectOpenRevert(a, abi.encodeWithSelector(IEscrow.ZeroAddress.selector));
        a = terms();
        a.tenant = address(0);
        expectOpenRevert(a, abi.encodeWithSelector(IEscrow.ZeroAddress.selector));
    }

    function expectOpenRevert(Agreement memory a, bytes memory why) private {
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(why);
        escrow.open(a, ts, ps);
    }

    // ── accrual ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_withdrawLease_paysEachShare() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        skip(1000);
        vm.assertEq(escrow.accrued(a), 1000);
        vm.expectEmit(address(escrow));
        emit IEscrow.LeaseWithdrawn(escrow.leaseIdOf(tenant, a.salt), tenant, provider, 970, 10, 20);
        escrow.withdrawLease(a);
        vm.assertEq(balance(provider), 970);
        vm.assertEq(balance(indexer), 10);
        vm.assertEq(escrow.feesOwed(address(dollar)), 20);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawLease(a);
    }

    function test_withdrawLease_anIndexerNeverTakesMoreThanTheFeesOfTheDraw() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = terms();
        a.indexerFeeBps = 300;
        openLease(a);
        skip(33);
        escrow.withdrawLease(a);
        vm.assertEq(balance(provider), 32);
        vm.assertEq(escrow.feesOwed(address(dollar)), 1);
        // The indexer's 3 % of 34 reach a whole unit, but both fees' 5 % do not reach another one.
        skip(1);
        escrow.withdrawLease(a);
        vm.assertEq(balance(provider), 33);
        vm.assertEq(balance(indexer), 0);
        vm.assertEq(escrow.feesOwed(address(dollar)), 1);
    }

    function test_withdrawLease_drawingOftenRoundsNoFeeAway() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        for (uint256 i; i < 200; ++i) {
            skip(1);
            escrow.withdrawLease(a);
        }
        vm.assertEq(balance(indexer), 2);
        vm.assertEq(escrow.feesOwed(address(dollar)), 4);
        vm.assertEq(balance(provider), 194);
    }

    function test_accrued_stopsWhenTheFundsEnd() public {
        Agreement memory a = openLease();
        skip(9000);
        vm.assertEq(escrow.accrued(a), a.deposit);
        vm.prank(stranger);
        escrow.close(a);
        vm.assertEq(balance(provider), 3600 - 36 - 72);
    }

    function test_maxDuration_endsTheLeaseBeforeItsFunds() public {
        Agreement memory a = terms();
        a.maxDuration = 600;
        openLease(a);
        vm.assertEq(escrow.fundedUntil(a), time() + 600);
        skip(700);
        uint256 before = balance(tenant);
        vm.prank(stranger);
        escrow.close(a);
        vm.assertEq(balance(tenant) - before, 3000);
    }

    function test_freeLease_runsForEverWithoutMoney() public {
        Agreement memory a = terms(0, 0);
        openLease(a);
        vm.assertEq(escrow.fundedUntil(a), type(uint40).max);
        skip(365 days);
        vm.assertEq(escrow.accrued(a), 0);
        vm.prank(tenant);
        escrow.close(a);
    }

    function test_topUp_movesTheEnd() public {
        Agreement memory a = openLease();
        uint256 end = escrow.fundedUntil(a);
        vm.prank(tenant);
        escrow.topUp(a, 600);
        vm.assertEq(escrow.fundedUntil(a), end + 600);
        vm.warp(end + 600);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.LeaseEnded.selector, escrow.leaseIdOf(tenant, a.salt), uint40(end + 600)
            )
        );
        vm.prank(tenant);
        escrow.topUp(a, 1);
        LeaseView memory v = escrow.leaseView(a);
        vm.assertEq(v.deposit, 4200);
        vm.assertEq(v.accrued, 4200);
    }

    function test_topUp_byAStrangerIsThePayersMoney() public {
        Agreement memory a = openLease();
        fund(stranger, 100);
        vm.prank(stranger);
        escrow.topUp(a, 100);
        vm.assertEq(balance(stranger), 0);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.topUp(a, 0);
    }

    // ── ending ────────────────────────────────────────────────────────────────────────────────────────────────

    function test_close_byTenantPaysAndRefunds() public {
        uint256 before = balance(tenant);
        Agreement memory a = openLease();
        skip(1000);
        vm.expectEmit(address(escrow));
        emit IEscrow.LeaseClosed(
            escrow.leaseIdOf(tenant, a.salt), tenant, provider, 970, 30, 2600, CloseReason.Tenant
        );
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(before - balance(tenant), 1000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.LeaseNotOpen.selector, escrow.leaseIdOf(tenant, a.salt), LeaseStatus.Closed
            )
        );
        escrow.close(a);
    }

    function test_close_byAStrangerWaitsForTheEnd() public {
        Agreement memory a = openLease();
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.LeaseStillFunded.selector, escrow.leaseIdOf(tenant, a.salt), uint40(time() + 3600)
            )
        );
        vm.prank(stranger);
        escrow.close(a);
    }

    function test_close_needsTheAgreementItWasOpenedWith() public {
        Agreement memory a = openLease();
        a.deposit += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.AgreementMismatch.selector, escrow.leaseIdOf(tenant, a.salt))
        );
        vm.prank(tenant);
        escrow.close(a);
    }

    function test_close_byProviderAfterNoticeIsFree() public {
        Agreement memory a = terms(RATE, 3 * RATE);
        openLease(a);
        vm.prank(provider);
        escrow.giveNotice(a);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.NoticeAlreadyGiven.selector, escrow.leaseIdOf(tenant, a.salt), uint40(time() + NOTICE)
            )
        );
        vm.prank(provider);
        escrow.giveNotice(a);
        skip(NOTICE);
        vm.prank(stranger);
        escrow.close(a);
        vm.assertEq(balance(provider), 3600 - 36 - 72);
    }

    function test_close_byProviderWithoutNoticeCostsIt() public {
        Agreement memory a = terms(RATE, 10 * RATE);
        openLease(a);
        fund(provider, 1000);
        uint256 before = balance(tenant);
        skip(2000);
        // An hour's price: 2,000 from what was earned and 1,000 from its balance; more there isn't.
        vm.expectEmit(address(escrow));
        emit IEscrow.ProviderPenalised(escrow.leaseIdOf(tenant, a.salt), provider, 3000);
        vm.prank(provider);
        escrow.close(a);
        vm.assertEq(balance(provider), 0);
        vm.assertEq(balance(tenant) - before, 36_000 + 1000);
    }

    function test_close_byProviderPaysOnlyForTheNoticeItDidNotKeep() public {
        Agreement memory a = terms(RATE, 10 * RATE);
        openLease(a);
        vm.prank(provider);
        escrow.giveNotice(a);
        skip(3000);
        vm.prank(provider);
        escrow.close(a);
        // 3,000 earned, 600 seconds of notice missing.
        vm.assertEq(balance(provider), 2400 - 24 - 48);
    }

    function test_close_byProviderShortBeforeTheEndPaysOnlyForWhatIsLeft() public {
        Agreement memory a = openLease();
        skip(3500);
        vm.prank(provider);
        escrow.close(a);
        vm.assertEq(balance(provider), 3400 - 34 - 68);
    }

    function test_settle_endsBelowTheAccrual() public {
        Agreement memory a = openLease();
        skip(1000);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        bytes32 digest = typed(keccak256(abi.encode(SETTLEMENT, leaseId, uint96(400), GOOD)));
        escrow.settle(a, 400, GOOD, sign(TENANT_KEY, digest), sign(PROVIDER_KEY, digest));
        vm.assertEq(balance(provider), 400 - 4 - 8);
    }

    /// Co-signed and kept, an amount would be an option on all that the lease earned since.
    function test_settle_refusesAStaleAmount() public {
        Agreement memory a = openLease();
        skip(1000);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        uint40 until = uint40(time() + 60);
        bytes memory ps =
            sign(PROVIDER_KEY, typed(keccak256(abi.encode(SETTLEMENT, leaseId, uint96(400), until))));
        skip(61);
        vm.startPrank(tenant);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SettlementExpired.selector, until, time()));
        escrow.settle(a, 400, until, "", ps);
        // Nor does it count with another end than was signed.
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.settle(a, 400, until + 1, "", ps);
        vm.warp(until);
        escrow.settle(a, 400, until, "", ps);
        vm.stopPrank();
    }

    function test_settle_staysBetweenPaidAndAccrued() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        skip(500);
        escrow.withdrawLease(a);
        skip(500);
        for (uint96 i; i < 2; ++i) {
            uint96 amount = i == 0 ? 499 : 1001;
            bytes32 digest = typed(keccak256(abi.encode(SETTLEMENT, leaseId, amount, GOOD)));
            bytes memory ts = sign(TENANT_KEY, digest);
            bytes memory ps = sign(PROVIDER_KEY, digest);
            vm.expectRevert(abi.encodeWithSelector(IEscrow.SettlementOutOfRange.selector, amount, 500, 1000));
            escrow.settle(a, amount, GOOD, ts, ps);
        }
    }

    // ── outages ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_credit_signedByProviderIsNotPaid() public {
        Agreement memory a = openLease();
        uint256 end = escrow.fundedUntil(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        skip(1000);
        bytes32 digest = typed(keccak256(abi.encode(CREDIT, leaseId, uint32(300))));
        escrow.creditByProvider(a, 300, sign(PROVIDER_KEY, digest));
        vm.assertEq(escrow.accrued(a), 700);
        vm.assertEq(escrow.fundedUntil(a), end + 300);
        bytes memory again = sign(PROVIDER_KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.CreditOutOfRange.selector, 300, 300, 1000));
        escrow.creditByProvider(a, 300, again);
    }

    function test_credit_afterAWithdrawalStopsPayUntilItIsMadeUp() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        skip(1000);
        escrow.withdrawLease(a);
        vm.prank(provider);
        escrow.creditByProvider(a, 300, "");
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawLease(a);
        skip(400);
        escrow.withdrawLease(a);
        vm.assertEq(balance(provider), 1100 - 11 - 22);
        vm.prank(tenant);
        escrow.close(a);
    }

    function test_credit_byVerdictOnlyFromTheVerdictsContract() public {
        Agreement memory a = openLease();
        skip(1000);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorised.selector, stranger, address(0)));
        vm.prank(stranger);
        escrow.creditByVerdict(a, 100);
        escrow.setVerdicts(address(0xBEEF));
        vm.prank(address(0xBEEF));
        escrow.creditByVerdict(a, 100);
        vm.assertEq(escrow.accrued(a), 900);
        // Less than is off already changes nothing, and no more than all of it can be taken off.
        vm.prank(address(0xBEEF));
        escrow.creditByVerdict(a, 100);
        vm.assertEq(escrow.accrued(a), 900);
        vm.prank(address(0xBEEF));
        escrow.creditByVerdict(a, 1001);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).creditSeconds, 1000);
        vm.assertEq(escrow.accrued(a), 0);
    }

    // ── what only a few calls reach ───────────────────────────────────────────────────────────────────────────

    function test_giveNotice_onlyByTheProvider() public {
        Agreement memory a = openLease();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorised.selector, tenant, provider));
        vm.prank(tenant);
        escrow.giveNotice(a);
    }

    function test_topUp_hasAnEnd() public {
        Agreement memory a = openLease();
        fund(tenant, type(uint96).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.ParameterOutOfRange.selector,
                "amount",
                type(uint96).max,
                type(uint96).max - uint256(RATE)
            )
        );
        vm.prank(tenant);
        escrow.topUp(a, type(uint96).max);
    }

    function test_credit_ofAllTheTimeLeavesNothingToPay() public {
        Agreement memory a = openLease();
        skip(100);
        vm.prank(provider);
        escrow.creditByProvider(a, 100, "");
        vm.assertEq(escrow.accrued(a), 0);
    }

    function test_credit_afterPaymentCannotTakeBackWhatWasPaid() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        skip(1000);
        escrow.withdrawLease(a);
        vm.prank(provider);
        escrow.creditByProvider(a, 1000, "");
        uint256 before = balance(tenant);
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant) - before, 2600);
    }

    function test_breakPenalty_neverTakesMoreThanTheProviderHas() public {
        Agreement memory a = terms(RATE, 10 * RATE);
        openLease(a);
        vm.prank(provider);
        escrow.close(a);
        vm.assertEq(balance(provider), 0);
    }
}
