<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Clock;
use XeroConnector\Paging\OrderSelection;
use XeroConnector\Paging\Selection;
use XeroConnector\Reading\Shop;
use XeroConnector\Settings;
use XeroConnector\Version;

/** What the shop is, what it has, and whether it is paired. */
final class Probe implements Call
{
    /** @var Shop */
    private $shop;

    /** @var Settings */
    private $settings;

    /** @var Clock */
    private $clock;

    /** @var OrderSelection */
    private $orders;

    /** @var array<string, Selection> */
    private $selections;

    /** @param array<string, Selection> $selections beside that of orders, by what the answer calls them */
    public function __construct(
        Shop $shop,
        Settings $settings,
        Clock $clock,
        OrderSelection $orders,
        array $selections
    ) {
        $this->shop = $shop;
        $this->settings = $settings;
        $this->clock = $clock;
        $this->orders = $orders;
        $this->selections = $selections;
    }

    public function answer(Parameters $parameters): array
    {
        $parameters->nothingElse();
        $counts = array_map(static function (Selection $selection): int {
            return $selection->countAll();
        }, ['orders' => $this->orders] + $this->selections);
        return [
            'addon' => Version::EXTENSION,
            'protocol' => Version::PROTOCOL,
            'now' => $this->clock->now(),
            'counts' => $counts,
            'last_order_id' => $this->orders->lastId(),
            'paired' => $this->settings->isPaired() ? $this->pairing() : null,
        ] + $this->shop->facts();
    }

    private function pairing(): array
    {
        return [
            'callback' => $this->settings->get('callback'),
            'reached' => $this->settings->get('reached') === '1',
            'error' => $this->settings->get('error'),
            'at' => $this->settings->get('paired_at'),
        ];
    }
}
