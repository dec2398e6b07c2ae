<?php
declare(strict_types=1);

namespace XeroConnector;

use Throwable;
use XeroConnector\Books\KnownRecords;
use XeroConnector\Books\States;
use XeroConnector\Calls\CountOrders;
use XeroConnector\Calls\KeepStates;
use XeroConnector\Calls\ListOrders;
use XeroConnector\Calls\ListRecords;
use XeroConnector\Calls\ListStock;
use XeroConnector\Calls\OrderCondition;
use XeroConnector\Calls\Pair;
use XeroConnector\Calls\Probe;
use XeroConnector\Calls\SetStatus;
use XeroConnector\Calls\SetStock;
use XeroConnector\Calls\UnixRecords;
use XeroConnector\Calls\Unpair;
use XeroConnector\Database\OwnSettings;
use XeroConnector\Database\Schema;
use XeroConnector\Database\ShopQuery;
use XeroConnector\Database\Tables;
use XeroConnector\Http\CurlSender;
use XeroConnector\Http\Hooks;
use XeroConnector\Http\Sender;
use XeroConnector\Http\Wishes;
use XeroConnector\Outbox\Changes;
use XeroConnector\Outbox\DeletedOrders;
use XeroConnector\Outbox\Events;
use XeroConnector\Outbox\Hints;
use XeroConnector\Outbox\ShopOutbox;
use XeroConnector\Paging\CustomerSelection;
use XeroConnector\Paging\DatedOrderSelection;
use XeroConnector\Paging\OrderSelection;
use XeroConnector\Paging\ProductSelection;
use XeroConnector\Reading\Customers;
use XeroConnector\Reading\Names;
use XeroConnector\Reading\OrderParts;
use XeroConnector\Reading\Orders;
use XeroConnector\Reading\Products;
use XeroConnector\Reading\Sendings;
use XeroConnector\Reading\Shop;
use XeroConnector\Reading\Stock;
use XeroConnector\Wire\Guard;
use XeroConnector\Wire\Nonces;
use XeroConnector\Wire\PairingCode;

/** Puts the library together for CS-Cart. Controllers and hooks talk to this class alone. */
final class Connector
{
    /** @var ShopQuery */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var CsCart */
    private $shop;

    /** @var Names */
    private $names;

    /** @var Sender */
    private $sender;

    /** @var Clock */
    private $clock;

    /** @var Settings */
    private $settings;

    /** @var ShopOutbox|null */
    private $outbox;

    public function __construct(?Sender $sender = null, ?Clock $clock = null)
    {
        $this->query = new ShopQuery();
        $this->schema = new Schema($this->query);
        $this->shop = new CsCart();
        $this->names = new Names($this->query, $this->schema, $this->shop);
        $this->sender = $sender ?? new CurlSender();
        $this->clock = $clock ?? new Clock();
        $this->settings = new Settings(new OwnSettings($this->query));
    }

    public function api(): Api
    {
        $guard = new Guard($this->settings, new Nonces($this->query), $this->clock);
        $calls = $this->readingCalls() + $this->writingCalls();
        return new Api($guard, $calls, $this->settings, $this->clock, $this->shop);
    }

    public function settings(): Settings
    {
        return $this->settings;
    }

    public function outbox(): ShopOutbox
    {
        if ($this->outbox === null) {
            $changes = new Changes($this->query, $this->clock);
            $this->outbox = new ShopOutbox(
                $this->events(),
                $this->hints(),
                $this->shop,
                $changes,
                $this->deleted(),
                $this->query
            );
        }
        return $this->outbox;
    }

    public function hooks(): Hooks
    {
        return new Hooks($this->settings, $this->sender, $this->clock);
    }

    public function wishes(): Wishes
    {
        return new Wishes($this->settings, $this->hooks());
    }

    public function states(): States
    {
        return new States($this->query, new KnownRecords($this->query));
    }

    public function pairingCode(): string
    {
        $settings = $this->settings;
        return PairingCode::write($this->shop->address(), $settings->get('key'), $settings->get('secret'));
    }

    public function cronAddress(): string
    {
        return $this->shop->cronAddress($this->cronToken());
    }

    /** @return int|null how many hints the connector took; null for a token that is not the shop's */
    public function sendForCron(string $token): ?int
    {
        if ($this->settings->get('secret') === '' || !hash_equals($this->cronToken(), $token)) {
            return null;
        }
        // Nobody waits for the address of cron.
        return $this->hints(static function (): bool {
            return true;
        })->send();
    }

    /** Makes the tables, and settings with keys of their own where there are none. */
    public function install(): void
    {
        (new Tables($this->query))->make();
        $this->settings->install();
    }

    public function uninstall(): void
    {
        (new Tables($this->query))->drop();
    }

    /** Does what the shop's own work does not need: where it fails, the shop's log gets it, and the shop goes on. */
    public static function quietly(callable $work): void
    {
        try {
            $work(new self());
        } catch (Throwable $error) {
            (new CsCart())->log('Xero connector: ' . $error->getMessage());
        }
    }

    private function cronToken(): string
    {
        return hash_hmac('sha256', 'cron', $this->settings->get('secret'));
    }

    /** @return array<string, callable> */
    private function readingCalls(): array
    {
        $customers = new CustomerSelection($this->query);
        $products = new ProductSelection($this->query);
        return [
            'probe' => function () use ($customers, $products): Probe {
                $shop = new Shop($this->query, $this->schema, $this->names, $this->shop);
                $others = ['products' => $products, 'customers' => $customers];
                return new Probe($shop, $this->settings, $this->clock, $this->selection(), $others);
            },
            'orders' => function (): ListOrders {
                return new ListOrders($this->selection(), $this->orders(), $this->deleted(), $this->clock);
            },
            'count' => function (): CountOrders {
                return new CountOrders($this->records($this->selection()));
            },
            'customers' => function () use ($customers): ListRecords {
                $read = [new Customers($this->query), 'read'];
                return new ListRecords('customers', $this->records($customers), $read);
            },
            'products' => function () use ($products): ListRecords {
                $read = [new Products($this->query, $this->shop), 'read'];
                return new ListRecords('products', $this->records($products), $read);
            },
            'stock' => function (): ListStock {
                return new ListStock(new Stock($this->query, $this->schema));
            },
        ];
    }

    /** @return array<string, callable> */
    private function writingCalls(): array
    {
        return [
            'order_condition' => function (): OrderCondition {
                return new OrderCondition($this->query, $this->names);
            },
            'set_status' => function (): SetStatus {
                return new SetStatus($this->shop, new OrderCondition($this->query, $this->names), $this->names);
            },
            'set_stock' => function (): SetStock {
                return new SetStock($this->query, new Stock($this->query, $this->schema), $this->shop);
            },
            'sync_states' => function (): KeepStates {
                return new KeepStates($this->states());
            },
            'pair' => function (): Pair {
                return new Pair($this->settings, $this->events(), $this->hooks(), $this->clock);
            },
            'unpair' => function (): Unpair {
                return new Unpair($this->settings);
            },
        ];
    }

    private function selection(): OrderSelection
    {
        return $this->schema->hasColumn('orders', 'updated_at')
            ? new DatedOrderSelection($this->query)
            : new OrderSelection($this->query);
    }

    private function records(Paging\Selection $selection): UnixRecords
    {
        return new UnixRecords($selection, ['changed', 'placed']);
    }

    private function orders(): Orders
    {
        $parts = new OrderParts($this->query, $this->shop);
        $sendings = new Sendings($this->query, $this->schema, $this->shop->language());
        return new Orders($this->query, $parts, $sendings, $this->names, $this->shop);
    }

    private function deleted(): DeletedOrders
    {
        return new DeletedOrders($this->query, $this->orders(), $this->clock);
    }

    private function events(): Events
    {
        return new Events($this->query, $this->clock);
    }

    private function hints(?callable $answerFirst = null): Hints
    {
        return new Hints($this->settings, $this->events(), $this->hooks(), $this->clock, $this->shop, $answerFirst);
    }
}
